import { atMost } from '../at-most.js';
import { finalRecord, isTold } from '../records/final-record.js';
import type { SessionRecordWriter } from '../records/session-writer.js';
import type { RecordingSource } from './recording-source.js';
import type { ChannelFinal } from './transcribe-source.js';
import type { TranscriptionOrder } from './transcription.js';

/** The parts of an order that the record of an upload is involved in. */
type RecordedOrder = Pick<Required<TranscriptionOrder>, 'keep' | 'onEnd'> & {
  /** Keeps a final before the result is there. Finals are kept in the order of the calls. */
  readonly keepFinal: (final: ChannelFinal) => Promise<void>;
};

/** The record of an upload. */
interface UploadWriter extends Pick<SessionRecordWriter, 'commit' | 'keepAudio' | 'close'> {
  /** Samples of a channel that are in the record already; none by default. */
  readonly keptSamples?: (channel: number) => number;
}

/**
 * Records the result of an upload with `writer`: all finals before anybody sees one, and the audio if audio is kept.
 * If ending the record at the end of its order fails, `onFailure` is called.
 */
export function recordUpload(
  source: RecordingSource,
  writer: UploadWriter,
  onFailure: (error: unknown) => void = () => undefined,
): { readonly source: RecordingSource; readonly order: RecordedOrder } {
  let kept = 0;
  const commit = async (final: ChannelFinal): Promise<void> => {
    if (isTold(final)) await writer.commit(finalRecord(final, final.channel));
  };
  return {
    source: withKeptAudio(source, writer),
    order: {
      keepFinal: (final) => {
        kept += 1;
        return commit(final);
      },
      keep: async (transcribed) => {
        await Promise.all(transcribed.finals.slice(kept).map(commit));
        return transcribed;
      },
      onEnd: ({ status }) => {
        writer.close(status).catch(onFailure);
      },
    },
  };
}

/** How long reading waits for the database to take a piece of audio, milliseconds. */
const PATIENCE_MS = 5000;

/** A recording is read once per hearing, and kept the first time. */
function withKeptAudio(source: RecordingSource, writer: UploadWriter): RecordingSource {
  return {
    ...source,
    channels: source.channels.map((channel, index) => {
      let isRead = false;
      return {
        ...channel,
        open: async function* (onDamage) {
          const isFirst = !isRead;
          isRead = true;
          let known = writer.keptSamples?.(index) ?? 0;
          for await (const samples of channel.open(onDamage)) {
            const unkept = samples.subarray(Math.min(known, samples.length));
            known = Math.max(0, known - samples.length);
            const kept = isFirst && unkept.length > 0 ? writer.keepAudio(index, unkept) : undefined;
            if (kept) await atMost(PATIENCE_MS, kept);
            yield samples;
          }
        },
      };
    }),
  };
}
