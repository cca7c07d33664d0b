import { describe, expect, test } from 'vitest';
import { isHeardInAll, leavesTheRest } from '../../src/terms/span-fit.js';
import { soundDistance, soundsOf } from '../../src/terms/sound-distance.js';
import { soundSpelling } from '../../src/terms/sound-spelling.js';

describe('a term in place of [words]', () => {
  test.each([
    ['[Aspire and elect on] 10 to 15 milligrams', 'spironolactone', true],
    ['[Aspire and elect on 10 to] 15 milligrams', 'spironolactone', false],
    ['[low sar to] 15 milligrams', 'losartan', false],
    ['take 10 [of met forming] now', 'metformin', false],
    ['take 10 of [met forming] now', 'metformin', true],
    ['give [no lock zone] now', 'naloxone', false],
    ['under Dr. [Ramanathon] to', 'Dr. Ramanathan', false],
    ['under [Dr. Ramanathon] to', 'Dr. Ramanathan', true],
    ['has [oh titus] media today', 'otitis media', false],
    ['Dr. [Win] and Dr. Nguyen', 'Nguyen', true],
  ])('leaves the rest of "%s" when replaced by %s: %j', (text, term, leaves) => {
    expect(leavesTheRest(spanIn(text), term)).toBe(leaves);
  });

  test.each([
    ['[Aspire and elect on] it', 'spironolactone', true],
    ['[Aspire and elect on it] daily', 'spironolactone', false],
    ['takes [Levity ra set am] now', 'levetiracetam', true],
    ['takes [Levity ra set] am now', 'levetiracetam', false],
    ['under [docker at Sturberg] in', 'Dr. Achterberg', true],
    ['nurse [Ramanathon] in', 'Dr. Ramanathan', false],
  ])('is heard in just these of "%s" when it is %s: %j', (text, term, heard) => {
    const span = spanIn(text);
    const [written = ''] = /(?<=\[).*(?=\])/.exec(text) ?? [];
    expect(isHeardInAll(span, { text: term }, distance(written, term))).toBe(heard);
  });
});

function distance(one: string, other: string): number {
  return soundDistance(soundsOf(soundSpelling(one)), soundsOf(soundSpelling(other)));
}

function spanIn(text: string) {
  const marked = text.split(' ');
  const first = marked.findIndex((word) => word.startsWith('['));
  const last = marked.findIndex((word) => word.endsWith(']'));
  const words = marked.map((word, index) => ({
    text: word.replace(/[[\]]/g, ''),
    spaceBefore: index > 0,
    confidence: 0.4,
    firstToken: index,
    tokens: 1,
  }));
  return { words, first, count: last - first + 1 };
}
