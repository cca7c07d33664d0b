import type { Random } from '../../../fuzz/dist/engine/random.js';

/** The same recording, in which some elements of WebM or pages of Ogg are said to be longer or shorter than they are. */
export function lieAboutLengths(recording: Buffer, random: Random): Buffer {
  const lying = Buffer.from(recording);
  const lengths = recording.indexOf(PAGE) >= 0 ? lengthsOfPages(recording) : lengthsOfElements(recording);
  for (let lies = 1 + random.below(3); lies > 0; lies--) {
    const at = random.pick(lengths);
    if (at !== undefined && at < lying.length) lying[at] = random.pick(LIES) ?? random.below(256);
  }
  return lying;
}

/** First bytes of lengths, which say in WebM how many follow. */
const LIES = [
  0,
  1,
  2,
  0x10,
  0x20,
  0x40,
  0x7f,
  0x80,
  0x81,
  0xfe,
  0xff,
  undefined,
  undefined,
  undefined,
  undefined,
];

const PAGE = Buffer.from('OggS');

/** Segment, cluster, tracks, track, codec, private data, block, group, time. */
const ELEMENTS = ['18538067', '1f43b675', '1654ae6b', 'ae', '86', '63a2', 'a3', 'a0', 'e7', 'e1'].map((id) =>
  Buffer.from(id, 'hex'),
);

/** Where the lengths of elements begin. Some of what is found is no element, which does no harm. */
function lengthsOfElements(webm: Buffer): readonly number[] {
  return ELEMENTS.flatMap((id) => occurrences(webm, id).map((at) => at + id.length));
}

/** Where the number of segments of a page is, and the lengths of these. */
function lengthsOfPages(ogg: Buffer): readonly number[] {
  return occurrences(ogg, PAGE).flatMap((at) =>
    Array.from({ length: 1 + (ogg[at + COUNT_AT] ?? 0) }, (_, index) => at + COUNT_AT + index),
  );
}

/** RFC 3533, section 6. */
const COUNT_AT = 26;

function occurrences(bytes: Buffer, wanted: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) found.push(at);
  return found;
}
