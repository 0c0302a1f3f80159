/** A value, or a promise of it where something had to be waited for. */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value at once, or with a promise when it settles: no promise where none is needed. */
export function andThen<T, R>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
