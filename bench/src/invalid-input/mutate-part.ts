import type { Random } from '../../../fuzz/dist/engine/random.js';
import { withRightPages } from '../../../fuzz/dist/targets/right-checksums.js';
import { lieAboutLengths } from './lie-about-lengths.js';
import type { LiveRecording, RecordingPart } from './live-recording.js';
import { mutateBytes } from './mutated-inputs.js';

/** A part of a live recording, changed in one of four ways. Pages of Ogg mostly keep a right checksum, as otherwise nothing else in them would be read. */
export function mutatedPart(part: RecordingPart, recording: LiveRecording, random: Random): Buffer {
  const changed = changedPart(part, recording, random);
  return random.chance(0.98) ? withRightPages(changed) : changed;
}

/**
 * Mostly, what follows can still be read: then many parts of one recording are tried, and not only the first that is
 * wrong.
 */
function changedPart(part: RecordingPart, { parts }: LiveRecording, random: Random): Buffer {
  const others = parts.map(({ bytes }) => bytes);
  const change = random.below(40);
  if (change < 34) return withOtherBytes(part, random);
  if (change < 37) return part.holding(mutateBytes(part.bytes.subarray(part.contentAt), others, random));
  if (change < 39) return mutateBytes(part.bytes, others, random);
  return lieAboutLengths(part.bytes, random);
}

/** A few bytes of the content are others. */
function withOtherBytes({ bytes, contentAt }: RecordingPart, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  const most = bytes.length - contentAt;
  if (most === 0) return changed;
  for (let steps = 1 + random.below(4); steps > 0; steps--) {
    const at = contentAt + random.below(most);
    changed[at] = random.chance(0.5) ? (changed[at] ?? 0) ^ (1 << random.below(8)) : random.below(256);
  }
  return changed;
}
