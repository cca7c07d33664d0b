import { JetStreamApiError } from '@nats-io/jetstream';

/** JetStream has no room for what was sent to it. It has a code, as errors of the system have. */
class JetStreamFullError extends Error {
  override readonly name = 'JetStreamFullError';
  readonly code = 'JETSTREAM_FULL';
}

/**
 * Waits for what JetStream stores.
 * @throws {JetStreamFullError} if it has no room; otherwise what `stored` rejects with
 */
export async function requireRoom<Result>(stored: Promise<Result>): Promise<Result> {
  try {
    return await stored;
  } catch (error) {
    if (isFull(error)) throw new JetStreamFullError('JetStream is full', { cause: error });
    throw error;
  }
}

function isFull(error: unknown): boolean {
  return error instanceof JetStreamApiError && FULL.has(error.code);
}

/** No room on the disk, in memory, in the account, or below the limit of a stream, in the numbers of nats-server. */
const FULL: ReadonlySet<number> = new Set([10_002, 10_023, 10_028, 10_047, 10_077]);
