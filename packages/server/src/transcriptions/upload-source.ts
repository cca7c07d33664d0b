import { areTracksApart, openRecording, type StoredRecording } from '@auscult/asr';
import type { SealedFile } from '../storage/sealed-file.js';
import type { RecordingSource } from './recording-source.js';

/** What messages call a recording: its file name may be a patient's. */
const NAME = 'The recording';

/**
 * A recording that was uploaded. Its channels are mixed to one; tracks are, too, unless each has speech of its own.
 * Decodes up to the first sound, so that the sender learns at once if there is none. Throws `unreadable_audio` and
 * `unsupported_audio`; the file is left to the caller then.
 */
export async function openUpload(file: SealedFile): Promise<RecordingSource> {
  const recording = await openRecording(storedIn(file), { name: NAME });
  await recording.close();
  const { durationSeconds, tracks } = recording;
  let read = 0;
  const open = (track: number | undefined, onDamage: () => void) =>
    openRecording(
      storedIn(file, (end) => (read = end)),
      { name: NAME, onDamage, ...(track === undefined ? {} : { track }) },
    );
  const isApart = tracks > 1 && (await areTracksApart(tracks, (track) => open(track, () => undefined)));
  const heard: readonly (number | undefined)[] = isApart
    ? Array.from({ length: tracks }, (_, i) => i)
    : [undefined];
  return {
    origin: 'upload',
    audioSeconds: durationSeconds,
    startSeconds: 0,
    channels: heard.map((track) => ({
      channel: track,
      open: async function* (onDamage) {
        read = 0;
        yield* (await open(track, onDamage)).chunks();
      },
      share: (seconds) => (durationSeconds === undefined ? read / file.size : seconds / durationSeconds),
    })),
    release: () => file.remove(),
  };
}

function storedIn(file: SealedFile, onRead: (end: number) => void = () => undefined): StoredRecording {
  return {
    size: file.size,
    read: async function* (start, end) {
      let at = start;
      for await (const piece of file.read(start, end)) {
        at += piece.length;
        onRead(at);
        yield piece;
      }
    },
  };
}
