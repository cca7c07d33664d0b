import { finalRecord } from '../records/final-record.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import type { RecordingSource } from './recording-source.js';
import type { TranscriptionOrder } from './transcriptions.js';

/** What of an order the record of an upload takes part in. */
type RecordedOrder = Pick<TranscriptionOrder, 'keep' | 'onEnd'>;

/**
 * Has what comes of an upload recorded by `writer`: all finals before anybody sees one, and the audio where audio is
 * kept. Trouble with the end of the record is told to `onFailure`.
 */
export function recordUpload(
  source: RecordingSource,
  writer: SessionRecordWriter,
  onFailure: (error: unknown) => void,
): { readonly source: RecordingSource; readonly order: RecordedOrder } {
  return {
    source: withKeptAudio(source, writer),
    order: {
      keep: async ({ finals }) => {
        const spoken = finals.filter(({ text, removes }) => text !== '' || removes !== undefined);
        await Promise.all(spoken.map((final) => writer.commit(finalRecord(final, final.channel))));
      },
      onEnd: ({ status }) => {
        writer.close(status).catch(onFailure);
      },
    },
  };
}

/** How long reading waits for the database to take a piece of audio, milliseconds. */
const PATIENCE_MS = 5000;

/** A recording is read as often as it is heard, and kept the first time. */
function withKeptAudio(source: RecordingSource, writer: SessionRecordWriter): RecordingSource {
  return {
    ...source,
    channels: source.channels.map((channel, index) => {
      let isRead = false;
      return {
        ...channel,
        open: async function* (onDamage) {
          const isFirst = !isRead;
          isRead = true;
          for await (const samples of channel.open(onDamage)) {
            const kept = isFirst ? writer.keepAudio(index, samples) : undefined;
            if (kept) await atMost(PATIENCE_MS, kept);
            yield samples;
          }
        },
      };
    }),
  };
}

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, elapsed]);
  clearTimeout(timer);
}
