/** Longer tokens are refused unread. Characters, which are bytes as well in a token. */
export const MAX_TOKEN_LENGTH = 16_384;
