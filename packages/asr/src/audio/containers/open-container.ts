import { SpeechError } from '../../speech-error.js';
import {
  type DecodedAudio,
  type DecodedBlock,
  type OpenContainer,
  type RecordingInput,
} from './container.js';
import { type ContainerName, DETECTION_BYTES, detectContainer } from './detect-container.js';
import { openWithFfmpeg } from './ffmpeg.js';
import { openFlac } from './flac.js';
import { openMp3 } from './mp3.js';
import { openOgg } from './ogg-recording.js';
import { recordingKind } from './recording-kind.js';
import { skipTags } from './tags.js';
import { openWav } from './wav.js';
import { openWebm } from './webm.js';

/**
 * Opens the recording with which an input begins, by its content, and all recordings that follow in the same file:
 * recordings may be concatenated like any files, and none of them may go unheard.
 */
export async function openContainer(input: RecordingInput): Promise<DecodedAudio> {
  const name = detectContainer(await input.bytes.peek(DETECTION_BYTES));
  const first = await containers[name](input);
  // ffmpeg reads the whole input.
  return name === 'other' ? first : { ...first, blocks: decodeAll(input, first.blocks) };
}

const containers: Readonly<Record<ContainerName, OpenContainer>> = {
  wav: openWav,
  webm: openWebm,
  flac: openFlac,
  mp3: openMp3,
  ogg: openOgg,
  other: openWithFfmpeg,
};

/** The most recordings that are looked for in one file. */
const MOST_RECORDINGS = 1_000;

async function* decodeAll(
  input: RecordingInput,
  first: DecodedAudio['blocks'],
): AsyncGenerator<DecodedBlock, string | undefined> {
  let damage = yield* first;
  for (let recordings = 1; ; recordings++) {
    await skipTags(input.bytes);
    const head = await input.bytes.peek(DETECTION_BYTES);
    if (head.length === 0) return damage;
    const name = detectContainer(head);
    if (recordings === MOST_RECORDINGS) return damage ?? `is made of more than ${MOST_RECORDINGS} recordings`;
    if (name === 'other' && recordingKind(head) === undefined) {
      return damage ?? 'goes on behind its end with bytes that are no recording';
    }
    try {
      const next = await containers[name](restOf(input));
      const found = yield* next.blocks;
      damage ??= found;
    } catch (error) {
      if (!(error instanceof SpeechError)) throw error;
      // Not an error, since the recordings before this one are worth having.
      return damage ?? 'is made of several recordings, of which not all can be decoded';
    }
    if (name === 'other') return damage;
  }
}

/** The rest of an input, which has not been read yet. */
function restOf(input: RecordingInput): RecordingInput {
  const { bytes, file } = input;
  if (file === undefined) return input;
  const start = bytes.position();
  const read = (from: number, to: number) => file.read(start + from, start + to);
  return { ...input, file: { path: undefined, size: file.size - start, read } };
}
