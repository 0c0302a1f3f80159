/** A value, or a promise of it where a store had to wait for something. */
export type MaybePromise<T> = T | Promise<T>;
