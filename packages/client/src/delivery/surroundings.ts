/** Elsewhere than in a browser nothing tells that the network is back. */
const surroundings: Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>> = globalThis;

const TICK_MS = 1000;

/** Calls `onTick` every second, and `onOnline` whenever the network is back, until the returned function is called. */
export function watchSurroundings(onTick: () => void, onOnline: () => void): () => void {
  const timer = setInterval(onTick, TICK_MS);
  surroundings.addEventListener?.('online', onOnline);
  return () => {
    clearInterval(timer);
    surroundings.removeEventListener?.('online', onOnline);
  };
}
