import { describe, expect, test } from 'vitest';
import { changesOnlyTerms } from '../../src/decoding/term-guard.js';
import type { Hypothesis } from '../../src/decoding/search.js';
import { moonshineTokens, moonshineTokenText } from '../../src/families/moonshine/moonshine-text.js';
import { createTermList } from '../../src/terms/term-list.js';

const lists = [
  createTermList(
    ['Dr. Ramanathan', 'Nguyen', 'spironolactone', 'Edwards', 'Dr. Tudor'].map((text) => ({ text })),
    () => 10,
  ),
];

describe('a search with terms', () => {
  test.each([
    ['under Dr. Roman Nathan to ward seven', 'under Dr. Ramanathan to ward seven'],
    ['call doctor new in and doctor new ins nurse', "call doctor Nguyen and doctor Nguyen's nurse"],
    ['Aspire and elect on 10 to 15 milligrams', 'Spironolactone 10 to 15 milligrams'],
    ['the same in both', 'The same, in both.'],
  ])('changes only terms: "%s" → "%s"', (before, after) => {
    expect(holds(before, after)).toBe(true);
  });

  test.each([
    ['a word again', 'under Dr. Ramanathan to ward', 'under Dr. Dr. Ramanathan to ward'],
    ['a term again', 'under Dr. Ramanathan to ward', 'under Dr. Ramanathan Dr. Ramanathan to ward'],
    ['a word fewer', 'under Dr. Ramanathan to ward', 'under Dr. Ramanathan ward'],
    ['no text', 'under Dr. Ramanathan to ward', ''],
    ['a number fewer', 'Aspire and elect on 10 to 15 milligrams', 'Spironolactone 15 milligrams'],
    ['another number', 'Aspire elect on 10 to 15 milligrams', 'Spironolactone 10 to 50 milligrams'],
    ['no negation', 'call not Nugent today', 'call Nguyen today'],
    ['a term that nothing sounded like', 'towards seven today', 'Edwards Nguyen today'],
    ['a word that is no term', 'to ward seven', 'to word seven'],
    ['what a number needs', 'new into 15 milligrams', 'Nguyen 15 milligrams'],
    ['other words in place of "to ward"', 'under Petroff to ward 7', 'under Petroff Dr. Tudor 7'],
  ])('changes more than terms where it has %s', (_what, before, after) => {
    expect(holds(before, after)).toBe(false);
  });

  test('changes more than terms where audio that had a word has none', () => {
    const before = 'seen by Roman the Nathan in clinic';
    const after = 'seen by Dr. Ramanathan in clinic';
    const [former, searched] = [spoken(before), spoken(after)];
    expect(changesOnlyTerms(former, searched, lists, model)).toBe(true);
    const early = { ...searched, frames: searched.frames.map((frame, at) => (at < 2 ? frame : 8)) };
    expect(changesOnlyTerms(former, early, lists, model)).toBe(false);
  });
});

const model = { textOf: moonshineTokenText, secondsPerFrame: 0.024 };

function holds(before: string, after: string): boolean {
  return changesOnlyTerms(spoken(before), spoken(after), lists, model);
}

/** Two seconds of speech with the tokens of a text at even distances. */
function spoken(text: string): Hypothesis {
  const tokens = moonshineTokens(text);
  const logProbabilities = tokens.map(() => -0.5);
  const frames = tokens.map((_, index) => Math.round((index * 80) / tokens.length));
  return { tokens, logProbabilities, frames, endLogProbability: -0.1, stopped: 'end' };
}
