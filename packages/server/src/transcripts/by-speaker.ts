import type { KnownSpeaker, Word } from '@auscult/protocol';
import type { Transcript, TranscriptSegment } from './transcript.js';

/**
 * The segments of a transcript, each with one speaker: a segment with several is divided where they change. Where speakers were
 * not told apart, they stay as they are.
 */
export function segmentsBySpeaker({ segments, speakers }: Transcript): Iterable<TranscriptSegment> {
  return speakers === undefined ? segments : divided(segments);
}

/** Everybody whose words are among these segments; undefined if it is not known of any word who said it. */
export function speakersIn(segments: readonly TranscriptSegment[]): readonly KnownSpeaker[] | undefined {
  const numbers = new Set<number>();
  for (const segment of segments)
    for (const word of segment.words) if (word.speaker !== undefined) numbers.add(word.speaker);
  if (numbers.size === 0) return undefined;
  return [...numbers].sort((one, other) => one - other).map((speaker) => ({ speaker }));
}

function* divided(segments: readonly TranscriptSegment[]): Generator<TranscriptSegment> {
  for (const segment of segments) {
    // Of a recorded final they are read anew each time.
    const { words } = segment;
    const runs = runsOf(words);
    if (runs.length > 1) yield* parts(segment, runs);
    else yield withSpeaker(segment, words);
  }
}

/** Successive words of one speaker each. */
function runsOf(words: readonly Word[]): readonly (readonly Word[])[] {
  const runs: Word[][] = [];
  for (const word of words) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1)?.speaker === word.speaker) run.push(word);
    else runs.push([word]);
  }
  return runs;
}

function withSpeaker(segment: TranscriptSegment, words: readonly Word[]): TranscriptSegment {
  const { start, end, text, spoken, confidence, language, channel, isNotice } = segment;
  const speaker = words.at(0)?.speaker;
  return {
    start,
    end,
    text,
    ...(spoken === undefined ? {} : { spoken }),
    confidence,
    language,
    ...(channel === undefined ? {} : { channel }),
    ...(speaker === undefined ? {} : { speaker }),
    ...(isNotice && { isNotice }),
    words,
  };
}

function* parts(
  { start, end, text, spoken, confidence, language, channel }: TranscriptSegment,
  runs: readonly (readonly Word[])[],
): Generator<TranscriptSegment> {
  const texts = textsOf(text, runs);
  for (const [index, words] of runs.entries()) {
    const [first, last] = [words.at(0), words.at(-1)];
    yield {
      start: index === 0 ? start : (first?.start ?? start),
      end: index === runs.length - 1 ? end : (last?.end ?? end),
      text: texts[index] ?? '',
      ...(spoken === undefined ? {} : { spoken: words.map((word) => word.spoken ?? word.text).join(' ') }),
      confidence: meanOf(words) ?? confidence,
      language,
      ...(channel === undefined ? {} : { channel }),
      ...(first?.speaker === undefined ? {} : { speaker: first.speaker }),
      words,
    };
  }
}

/** The text of each run, with the line breaks that follow it. */
function textsOf(text: string, runs: readonly (readonly Word[])[]): readonly string[] {
  const cuts = [0];
  let at = 0;
  for (const [index, words] of runs.entries()) {
    for (const [place, word] of words.entries()) {
      const found = text.indexOf(word.text, at);
      // A text that is not made of its words cannot be cut.
      if (found === -1) return runs.map(joined);
      if (index > 0 && place === 0) cuts.push(found);
      at = found + word.text.length;
    }
  }
  return cuts.map((from, index) => withoutBlankAtEnd(text.slice(from, cuts[index + 1])));
}

function joined(words: readonly Word[]): string {
  return words.map(({ text }) => text).join(' ');
}

function withoutBlankAtEnd(text: string): string {
  return text.endsWith(' ') ? text.slice(0, -1) : text;
}

function meanOf(words: readonly Word[]): number | undefined {
  if (words.length === 0) return undefined;
  return words.reduce((sum, { confidence }) => sum + confidence, 0) / words.length;
}
