import { readCorpus } from '../../../fuzz/dist/engine/corpus-files.js';
import { mutate } from '../../../fuzz/dist/engine/mutate.js';
import type { Random } from '../../../fuzz/dist/engine/random.js';
import { withRightPages } from '../../../fuzz/dist/targets/right-checksums.js';
import { lieAboutLengths } from './lie-about-lengths.js';
import { mutateJson } from './mutate-json.js';

/** The most bytes of an input: several seconds of a recording, or the longest message that a client would send. */
const LONGEST = 16_384;

/** A message made of one of these by a few changes to its bytes, its values, or both. */
export function mutatedMessage(messages: readonly string[], random: Random): Buffer {
  const message = random.pick(messages) ?? '';
  if (random.chance(0.6)) return Buffer.from(mutateJson(message, random));
  const changed = mutateBytes(
    Buffer.from(message),
    messages.map((text) => Buffer.from(text)),
    random,
  );
  // Whatever is no UTF-8 ends the connection unread.
  return random.chance(0.9) ? Buffer.from(changed.toString()) : changed;
}

/** A recording made of one of these by flipped bits, cuts, splices, and false lengths and numbers. */
export function mutatedRecording(recordings: readonly Buffer[], random: Random): Buffer {
  const recording = random.pick(recordings) ?? Buffer.alloc(0);
  const changed = random.chance(0.25)
    ? lieAboutLengths(recording, random)
    : mutateBytes(recording, recordings, random);
  // Behind a wrong checksum, nothing else would be read.
  return random.chance(0.7) ? withRightPages(changed) : changed;
}

/** Other bytes made of one of these. */
export function mutateBytes(input: Buffer, others: readonly Buffer[], random: Random): Buffer {
  const other = (): Buffer => random.pick(others) ?? input;
  return mutate(input, { random, other, literals: LITERALS, longest: LONGEST });
}

const LITERALS = ['"type"', '{"', '"}', 'OggS', 'OpusHead', '\u001aEß£', 'A_OPUS', 'A_PCM/FLOAT/LIT'].map(
  (text) => Buffer.from(text, 'latin1'),
);

/** Recordings of WebM. They hold tones and noise, no speech. */
export function webmRecordings(): readonly Buffer[] {
  return [...livePieces('live-webm'), ...readCorpus('webm')].filter(({ length }) => length > 0);
}

/** Recordings of Opus, Vorbis and FLAC in Ogg. */
export function oggRecordings(): readonly Buffer[] {
  return [...livePieces('live-ogg'), ...readCorpus('ogg')].filter(({ length }) => length > 0);
}

/** The first byte of these inputs only says how they are cut. */
function livePieces(target: 'live-webm' | 'live-ogg'): readonly Buffer[] {
  return readCorpus(target).map((input) => input.subarray(1));
}
