/** What the seed's snippet takes for granted: the request that a server is handling. */
declare const request: Request;
