import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combineHearings } from '../../src/live/combine-hearings.js';
import type { FinalHypothesis } from '../../src/live/live-transcription.js';

test('the words of most hearings are taken, with the mean confidence over all hearings', () => {
  const [final] = combine(
    ['Take metaprial, twice a day.', 0.4],
    ['take metoprolol twice a day', 0.8],
    ['Take Metoprolol, twice a day.', 0.6],
  );
  expect(final?.text).toBe('Take metoprolol twice a day.');
  expect(final?.words[1]).toMatchObject({ text: 'metoprolol', confidence: expect.closeTo(1.4 / 3) });
  expect(final?.confidence).toBeCloseTo((4 * 0.6 + 1.4 / 3) / 5);
});

test('one confident hearing outvotes two unsure ones', () => {
  expect(texts(['no pain', 0.2], ['no pain', 0.2], ['no rain', 0.9])).toEqual(['no rain']);
});

test('words that one hearing missed are added where enough others are confident, and left out otherwise', () => {
  expect(texts(['she has fever', 0.9], ['she has no fever', 0.9], ['she has no fever', 0.9])).toEqual([
    'she has no fever',
  ]);
  expect(texts(['she has fever', 0.9], ['she has uh fever', 0.3], ['she has fever', 0.9])).toEqual([
    'she has fever',
  ]);
});

test('finals are divided as in the first hearing', () => {
  const first = [heard('Good morning.', 0), heard('How are you?', 1)];
  const second = [heard('good morning how are you today', 0)];
  const third = [heard('good morning how are you today', 0)];
  const finals = [...combineHearings([first, second, third])];
  expect(finals.map(({ sequence, text }) => [sequence, text])).toEqual([
    [0, 'Good morning.'],
    [1, 'How are you? today'],
  ]);
});

test('speech that the first hearing missed is a final of its own', () => {
  const quiet = heard('very quiet', 20);
  const finals = [...combineHearings([[heard('loud', 0)], [heard('loud', 0), quiet], [quiet]])];
  expect(finals.map(({ text, start }) => [text, start])).toEqual([
    ['loud', 0],
    ['very quiet', 20],
  ]);
  expect([...combineHearings([[], [], []])]).toEqual([]);
});

test('an utterance with pauses in it is one final, from its first word to its last', () => {
  const parted = (hearing: number): FinalHypothesis => {
    const parts = [
      heard('I have the same pain', 1),
      heard('that comes and goes', 4),
      heard('after I eat.', 8),
    ];
    const words = parts
      .flatMap((part) => part.words)
      .map((word) => ({ ...word, start: word.start + hearing / 50 }));
    return { ...heard('', 0), text: words.map(({ text }) => text).join(' '), start: 0.5, end: 9.5, words };
  };
  const [final, ...others] = combineHearings([[parted(0)], [parted(1)], [parted(2)]]);
  expect(others).toEqual([]);
  expect(final).toMatchObject({
    text: 'I have the same pain that comes and goes after I eat.',
    start: 1,
    end: 8.75,
  });
});

test('words that the first hearing missed in a pause of an utterance join that utterance', () => {
  const first: FinalHypothesis = {
    ...heard('take it', 0),
    end: 12,
    words: [...heard('take it', 0).words, ...heard('twice', 10).words],
    text: 'take it twice',
  };
  const others = [heard('take it', 0), heard('not more than', 5), heard('twice', 10)];
  expect([...combineHearings([[first], others, others])].map(({ text }) => text)).toEqual([
    'take it not more than twice',
  ]);
});

test('finals and words come in order and do not overlap, whatever the hearings heard', () => {
  const words = fc.array(
    fc.record({
      text: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      pause: fc.oneof(fc.constant(0), hundredths(300)),
      length: hundredths(100),
      confidence: hundredths(100),
      endsFinal: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 4 }), (spoken) => {
      const hearings = spoken.map(finalsOf);
      const combined = [...combineHearings(hearings)];
      expectInOrder(combined);
      expectInOrder(combined.flatMap((final) => final.words));
      for (const final of combined) {
        expect(final.start).toBe(final.words[0]?.start);
        expect(final.end).toBe(final.words.at(-1)?.end);
        expect(final.text).toBe(final.words.map(({ text }) => text).join(' '));
      }
      expect(combined.map(({ sequence }) => sequence)).toEqual(combined.map((_, index) => index));
      expect(combined[0]?.start ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('a number and its unit come from one hearing, never from parts of two', () => {
  expect(
    texts(['take twenty five now', 0.9], ['take fifteen now', 0.9], ['take twenty five now', 0.9]),
  ).toEqual(['take twenty five now']);
  // Word by word it would be twenty.
  expect(texts(['take twenty five', 0.8], ['take twenty', 0.9], ['take thirty five', 0.8])).not.toContain(
    'take thirty',
  );
  expect(texts(['of 5.8 now', 0.5], ['of 58 now', 0.4], ['of five point eight now', 0.4])).toEqual([
    'of 5.8 now',
  ]);
  expect(texts(['fifteen micrograms', 0.9], ['fifty milligrams', 0.8], ['fifteen grams', 0.5])).toEqual([
    'fifteen micrograms',
  ]);
  expect(texts(['twenty five units', 0.6], ['25 units', 0.6], ['twenty nine units', 0.9])).toEqual([
    'twenty five units',
  ]);
});

test('a number that hearings place on different sides of a pause comes once', () => {
  const early = [heard('take', 0), heard('ten', 1), heard('daily', 4)];
  const late = [heard('take', 0), heard('ten', 2), heard('daily', 4)];
  expect([...combineHearings([early, late])].map(({ text }) => text).join(' ')).toBe('take ten daily');
});

/** A number or negation of its own, as its words; what it is to be read as. */
const NUMBERS = [
  ...['fifteen', 'fifty', 'ten', '5.8', '58', 'twenty five', 'twenty-five', 'twenty nine', 'thirty nine'],
  ...['five point eight', 'two hundred fifty', 'two hundred', 'one and a half', 'not', 'no', 'without'],
];
const ORDINARY = ['take', 'the', 'pain', 'daily', 'milligrams', 'she', 'has', 'uh'];
const PART_OF_NUMBER =
  /^(?:[\d.]+|ten|fifteen|fifty|twenty|thirty|five|nine|eight|point|two|hundred|one|half|not|no|without)$/u;

/** Numbers and negations, by the words that they are made of and nothing else. A long silence ends each. */
function saidIn(finals: readonly FinalHypothesis[]): string[] {
  const runs: string[] = [];
  let openUntil = -Infinity;
  const words = finals.flatMap((final) => final.words);
  for (const [index, { text, start, end }] of words.entries()) {
    const isWithin = text === 'and' && words[index + 2]?.text === 'half';
    const isArticle = text === 'a' && words[index + 1]?.text === 'half';
    if (isWithin || isArticle) continue;
    for (const part of text.split('-')) {
      const isPart = PART_OF_NUMBER.test(part);
      if (isPart && start < openUntil) runs.push(`${runs.pop() ?? ''} ${part}`);
      else if (isPart) runs.push(part);
      openUntil = isPart ? end + 2.5 : -Infinity;
    }
  }
  return runs;
}

const pauses = fc.integer({ min: 0, max: 120 }).map((number) => number / 100);
const misheard = (words: readonly string[]) =>
  fc.record({
    as: fc.option(fc.constantFrom('', ...words), { nil: undefined, freq: 3 }),
    confidence: fc.integer({ min: 20, max: 99 }).map((number) => number / 100),
    moved: fc.integer({ min: -20, max: 20 }).map((number) => number / 100),
  });

/** Hearings of phrases in which each phrase may be misheard as another of its kind, or not heard. */
function hearingsOf(phrases: readonly Phrase[], hearings: number): FinalHypothesis[][] {
  return Array.from({ length: hearings }, (_, hearing) => {
    let now = 1;
    let latest = 0;
    const words = phrases.flatMap(({ said, pause, heardAs }) => {
      const { as = said, confidence = 0.9, moved = 0 } = heardAs[hearing] ?? {};
      now += pause;
      const spoken = as === '' ? [] : as.split(' ');
      const placed = spoken.map((text, index) => {
        const start = Math.max(latest, now + moved + index * 0.3);
        latest = start + 0.3;
        return { text, start, end: latest, confidence };
      });
      now += 0.3 * said.split(' ').length;
      return placed;
    });
    if (words.length === 0) return [];
    const text = words.map((word) => word.text).join(' ');
    return [{ ...heard(text, 0), words, start: words[0]?.start ?? 0, end: latest }];
  });
}

interface Phrase {
  readonly said: string;
  readonly pause: number;
  readonly heardAs: readonly {
    readonly as?: string | undefined;
    readonly confidence: number;
    readonly moved: number;
  }[];
}

function phraseOf(words: readonly string[]): fc.Arbitrary<Phrase> {
  return fc.record({
    said: fc.constantFrom(...words),
    pause: pauses,
    heardAs: fc.array(misheard(words), { minLength: 4, maxLength: 4 }),
  });
}

const textOf = (finals: readonly FinalHypothesis[]) => finals.map(({ text }) => text).join(' ');

test('voting never makes a number that no hearing heard', () => {
  const phrases = fc.array(fc.oneof(phraseOf(ORDINARY), phraseOf(NUMBERS)), { minLength: 1, maxLength: 14 });
  fc.assert(
    fc.property(phrases, fc.integer({ min: 2, max: 4 }), (spoken, count) => {
      const hearings = hearingsOf(spoken, count);
      const heardNumbers = new Set(hearings.flatMap((finals) => saidIn(finals)));
      const voted = [...combineHearings(hearings)];
      expect([...heardNumbers], textOf(voted)).toEqual(expect.arrayContaining(saidIn(voted)));
    }),
    { numRuns: 500 },
  );
});

test('numbers and negations that all hearings heard come once and in order', () => {
  const sure = (words: readonly string[]) =>
    phraseOf(words).map((phrase) => ({
      ...phrase,
      heardAs: phrase.heardAs.map(({ confidence, moved }) => ({ confidence, moved })),
    }));
  const phrases = fc.array(fc.oneof(phraseOf(ORDINARY), sure(NUMBERS)), { minLength: 1, maxLength: 14 });
  fc.assert(
    fc.property(phrases, fc.integer({ min: 2, max: 4 }), (spoken, count) => {
      const hearings = hearingsOf(spoken, count);
      const said = hearings.map((finals) => saidIn(finals).join(', '));
      fc.pre(said.every((one) => one === said[0]));
      expect(saidIn([...combineHearings(hearings)]).join(', ')).toBe(said[0]);
    }),
    { numRuns: 500 },
  );
});

test('a number among other words is that of one of the hearings', () => {
  const words = fc.array(phraseOf(ORDINARY), { maxLength: 6 });
  fc.assert(
    fc.property(
      words,
      phraseOf(NUMBERS),
      words,
      fc.integer({ min: 2, max: 4 }),
      (before, number, behind, count) => {
        const hearings = hearingsOf([...before, number, ...behind], count);
        const said = hearings.map((finals) => saidIn(finals).join(', '));
        const voted = [...combineHearings(hearings)];
        expect(said, textOf(voted)).toContain(saidIn(voted).join(', '));
      },
    ),
    { numRuns: 500 },
  );
});

test('words keep their times where they do not overlap', () => {
  const [final] = combine(['no rain at all', 0.3], ['no pain at all', 0.9], ['no pain at all', 0.9]);
  expect(final?.words.map(({ start, end }) => [start, end])).toEqual([
    [0, 0.25],
    [0.25, 0.5],
    [0.5, 0.75],
    [0.75, 1],
  ]);
});

test('languages without spaces stay without spaces', () => {
  const apart = (text: string): FinalHypothesis => ({ ...heard(Array.from(text).join(' '), 0), text });
  const [final] = combineHearings([[apart('没有疼痛')], [apart('我没有疼痛')], [apart('我没有疼痛')]]);
  expect(final?.text).toBe('我没有疼痛');
});

test('hearings that agree give the same text, however long it is without a pause', () => {
  const spoken = fc.array(fc.constantFrom('a', 'b', 'c', "d'e", 'Ä', '—'), { minLength: 1, maxLength: 700 });
  fc.assert(
    fc.property(spoken, fc.integer({ min: 1, max: 4 }), (words, hearings) => {
      const final = heard(words.join(' '), 3);
      const [only, ...others] = combineHearings(Array.from({ length: hearings }, () => [final]));
      expect(others).toEqual([]);
      expect(only?.text).toBe(final.text);
      expect(only?.words.map(({ start }) => start)).toEqual(final.words.map(({ start }) => start));
    }),
    { numRuns: 20 },
  );
});

function texts(...hearings: readonly (readonly [string, number])[]): string[] {
  return combine(...hearings).map(({ text }) => text);
}

function combine(...hearings: readonly (readonly [string, number])[]): FinalHypothesis[] {
  return [...combineHearings(hearings.map(([text, confidence]) => [heard(text, 0, confidence)]))];
}

/** Four words a second. */
function heard(text: string, start: number, confidence = 0.9): FinalHypothesis {
  const words = text.split(' ').map((word, index) => ({
    text: word,
    start: start + index / 4,
    end: start + (index + 1) / 4,
    confidence,
  }));
  const end = start + words.length / 4;
  return { sequence: 0, text, start, end, confidence, words, language: 'en', reason: 'silence' };
}

function hundredths(max: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max }).map((number) => number / 100);
}

interface SpokenWord {
  readonly text: string;
  readonly pause: number;
  readonly length: number;
  readonly confidence: number;
  readonly endsFinal: boolean;
}

function finalsOf(spoken: readonly SpokenWord[]): FinalHypothesis[] {
  const finals: FinalHypothesis[] = [];
  let words: FinalHypothesis['words'][number][] = [];
  let now = 0;
  for (const [index, { text, pause, length, confidence, endsFinal }] of spoken.entries()) {
    const start = now + pause;
    now = start + length;
    words.push({ text, start, end: now, confidence });
    if (!endsFinal && index < spoken.length - 1) continue;
    const said = words.map((word) => word.text).join(' ');
    const from = words[0]?.start ?? 0;
    finals.push({
      sequence: finals.length,
      text: said,
      start: from,
      end: now,
      confidence,
      words,
      language: 'en',
      reason: 'silence',
    });
    words = [];
  }
  return finals;
}

function expectInOrder(spans: readonly { readonly start: number; readonly end: number }[]): void {
  let end = -Infinity;
  for (const span of spans) {
    expect(span.start).toBeGreaterThanOrEqual(end);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    end = span.end;
  }
}
