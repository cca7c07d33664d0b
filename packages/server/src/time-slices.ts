/**
 * How long work continues before other work runs, milliseconds: several times less than a socket may be kept
 * waiting, as a piece of work may begin at the end of it (bench `hostile-input`).
 */
const SLICE_MS = 2;

/** Pieces of work that have had their time and wait to go on, of all kinds. */
const waiting: (() => void)[] = [];

/**
 * Cuts long work on the event loop into slices: call it after each step, and await it if it returns a
 * promise. Of all such work, however much there is, one slice is done in each turn of the event loop.
 */
export function createSlices(): () => Promise<void> | undefined {
  let begun = performance.now();
  return () => {
    if (performance.now() - begun < SLICE_MS) return undefined;
    return new Promise((resolve) => {
      if (waiting.length === 0) setImmediate(goOn);
      waiting.push(() => {
        begun = performance.now();
        resolve();
      });
    });
  };
}

/** The same items, with other work of the event loop between them. */
export async function* inSlices<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  const sliceEnds = createSlices();
  for (const item of items) {
    yield item;
    await sliceEnds();
  }
}

function goOn(): void {
  // Work added meanwhile waits for a later turn.
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(goOn);
}
