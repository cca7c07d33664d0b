import {
  JetStreamApiError,
  type Consumer,
  type JetStreamClient,
  type JetStreamManager,
} from '@nats-io/jetstream';

/** A stream of JetStream, and what reads and changes it. */
export interface StreamAccess {
  readonly stream: JetStreamClient;
  readonly manager: JetStreamManager;
}

/** Requests that are on their way at a time. */
const TOGETHER = 100;

/**
 * Deletes messages by their numbers; those that are not there are no error. A purge of a subject would be one request, but
 * nats-server 2.9 counts what it deletes as kept for ever, until the account seems to be full.
 */
export async function deleteMessages(
  manager: JetStreamManager,
  streamName: string,
  sequences: readonly number[],
): Promise<void> {
  for (let at = 0; at < sequences.length; at += TOGETHER)
    await Promise.all(
      sequences
        .slice(at, at + TOGETHER)
        .map((sequence) => manager.streams.deleteMessage(streamName, sequence, false).catch(unlessGone)),
    );
}

/** Deletes all messages under a subject, which may have wildcards; or those up to a number, the last of them included. */
export async function deleteSubject(
  { stream, manager }: StreamAccess,
  streamName: string,
  subject: string,
  last = Infinity,
): Promise<void> {
  const consumer = await stream.consumers.get(streamName, { filter_subjects: subject, headers_only: true });
  try {
    for (;;) {
      const { num_pending: pending } = await consumer.info(true);
      if (pending === 0) return;
      const sequences: number[] = [];
      const batch = await consumer.fetch({ max_messages: Math.min(pending, TOGETHER), expires: PATIENCE_MS });
      for await (const { seq } of batch) sequences.push(seq);
      const unwanted = sequences.filter((sequence) => sequence <= last);
      await deleteMessages(manager, streamName, unwanted);
      if (unwanted.length < Math.max(1, sequences.length)) return;
    }
  } finally {
    await endConsumer(consumer);
  }
}

/** Ends a consumer that was made for one reading; NATS would keep it for five minutes. */
export async function endConsumer(consumer: Consumer): Promise<void> {
  await consumer.delete().catch(() => undefined);
}

/** How long NATS has for the messages of a batch, milliseconds. */
const PATIENCE_MS = 2000;

/** There is no message of this number, in the numbers of nats-server. */
const GONE: ReadonlySet<number> = new Set([10_037, 10_043]);

function unlessGone(error: unknown): void {
  if (!(error instanceof JetStreamApiError) || !GONE.has(error.code)) throw error;
}
