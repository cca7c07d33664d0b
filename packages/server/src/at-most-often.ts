/** The most keys that are remembered. */
const MOST_KEYS = 10_000;

/** Makes a function that says whether something named by a key is due: the first time, and again after `milliseconds`. */
export function atMostOften(
  milliseconds: number,
  now: () => number = () => performance.now(),
): (key: string) => boolean {
  const lastAt = new Map<string, number>();
  return (key) => {
    const last = lastAt.get(key);
    if (last !== undefined && now() - last < milliseconds) return false;
    lastAt.delete(key);
    const [oldest] = lastAt.keys();
    if (lastAt.size >= MOST_KEYS && oldest !== undefined) lastAt.delete(oldest);
    lastAt.set(key, now());
    return true;
  };
}
