/** Bytes that somebody gives piece by piece, and is told when each has been used. */
export interface PieceFeed {
  /** The pieces; can be read once. */
  readonly pieces: () => AsyncGenerator<Uint8Array, void>;
  /** Resolves when the next piece is asked for; rejects once there is a failure. One call at a time. */
  readonly push: (bytes: Uint8Array) => Promise<void>;
  /** No more pieces come. Resolves when the end was reached, and rejects as `push` does. */
  readonly end: () => Promise<void>;
  /** Nothing more is asked for, because of `error` if there is one. */
  readonly fail: (error: unknown) => void;
}

interface Given {
  /** Undefined for the end. */
  readonly bytes: Uint8Array | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Starts without pieces. */
export function createPieceFeed(): PieceFeed {
  let given: Given | undefined;
  let wake: (() => void) | undefined;
  let over: { readonly error: unknown } | undefined;

  const give = (bytes: Uint8Array | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      given = { bytes, resolve, reject };
      if (over === undefined) wake?.();
      else settle(over);
    });
  const settle = ({ error }: { readonly error: unknown }): void => {
    if (error === undefined) given?.resolve();
    else given?.reject(error);
    given = undefined;
  };
  return {
    pieces: async function* () {
      for (;;) {
        while (given === undefined && over === undefined)
          await new Promise<void>((resolve) => (wake = resolve));
        const bytes = given?.bytes;
        if (bytes === undefined) return;
        yield bytes;
        const used = given;
        given = undefined;
        used?.resolve();
      }
    },
    push: (bytes) => (bytes.length === 0 ? Promise.resolve() : give(bytes)),
    end: () => give(undefined),
    fail: (error) => {
      over ??= { error };
      settle(over);
      wake?.();
    },
  };
}
