/** An object that is awaited like a promise and is none. */
export function thenable(then: unknown): object {
  return { then };
}

/** An object of which nobody can tell whether it is one. */
export function unreadableThenable(): object {
  return {
    // biome-ignore lint/suspicious/noThenProperty: that is what is tried
    get then(): never {
      throw new Error("not to be read");
    },
  };
}
