/**
 * What `read` gave last; undefined until it has given anything. Whoever asks gets an answer at once: it is read again in
 * the background where the answer is older than `freshMs`, so that a scrape waits for neither disk nor database. Where
 * that fails, the former answer stays.
 */
export function keptCurrent<Value>(read: () => Promise<Value>, freshMs: number): () => Value | undefined {
  let value: Value | undefined;
  let readAt = -Infinity;
  let isReading = false;

  const readAgain = async (): Promise<void> => {
    isReading = true;
    readAt = performance.now();
    try {
      value = await read();
    } catch {
      // Whoever depends on the disk or the database reports it.
    } finally {
      isReading = false;
    }
  };

  return () => {
    if (!isReading && performance.now() - readAt >= freshMs) void readAgain();
    return value;
  };
}
