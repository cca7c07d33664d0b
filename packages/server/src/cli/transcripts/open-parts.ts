import { openRecording, SAMPLE_RATE, type Recording, type SpeechError } from '@auscult/asr';
import {
  heardParts,
  mayBeParted,
  WHOLE,
  type HeardPart,
  type Separation,
} from '../../transcriptions/heard-parts.js';
import { STANDARD_INPUT } from './find-recordings.js';

/** A recording whose parts are heard one after the other. */
export interface PartedRecording {
  /** Seconds; undefined if the recording does not tell. */
  readonly durationSeconds: number | undefined;
  /** Reads each part from its beginning, at 16 kHz; called once for each hearing. */
  readonly parts: readonly (() => AsyncIterable<Float32Array>)[];
  /** How much was read in the first hearing of the part of which this is most, seconds. */
  readonly readSeconds: () => number;
}

/** Opens a recording by its path, or standard input, which has one part. `onDamage` is called once if it is damaged. */
export async function openParts(
  path: string,
  separation: Separation,
  onDamage: (error: SpeechError) => void,
): Promise<PartedRecording> {
  const open = (part: HeardPart, report: (error: SpeechError) => void): Promise<Recording> =>
    openRecording(path === STANDARD_INPUT ? process.stdin : path, {
      name: 'Standard input',
      onDamage: report,
      ...part,
    });
  const whole = await open(WHOLE, onDamage);
  const { durationSeconds } = whole;
  let readSamples = 0;
  const counted = async function* (recording: Recording): AsyncGenerator<Float32Array, void> {
    let samples = 0;
    for await (const chunk of recording.chunks()) {
      samples += chunk.length;
      readSamples = Math.max(readSamples, samples);
      yield chunk;
    }
  };
  const isCompared = path !== STANDARD_INPUT && mayBeParted(whole, separation);
  if (isCompared) await whole.close();
  const parts = isCompared
    ? await heardParts(whole, separation, (part) => open(part, () => undefined))
    : [WHOLE];
  return {
    durationSeconds,
    parts: parts.map((part, index) => {
      let hearings = 0;
      return async function* () {
        hearings += 1;
        const isOpen = !isCompared && hearings === 1;
        // The first hearing of the first part has reported the damage.
        const report = index === 0 && hearings === 1 ? onDamage : () => undefined;
        yield* counted(isOpen ? whole : await open(part, report));
      };
    }),
    readSeconds: () => readSamples / SAMPLE_RATE,
  };
}
