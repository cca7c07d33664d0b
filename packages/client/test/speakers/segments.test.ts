import type { SpeakerCorrections, SpeakerRevision } from '@auscult/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSegmentList } from '../../src/segment-list.js';
import { createKnownSpeakers } from '../../src/speakers/known-speakers.js';
import { turnsOf } from '../../src/speakers/turns.js';
import { textOfSegments, type Segment } from '../../src/transcript.js';

describe('labels of words', () => {
  test('change with revisions, and the main speaker of the segment with them', () => {
    const list = createSegmentList();
    list.add(said(0, 'Any pain at all No', [0, 0, 0, 0, 0]));
    const [changed] = list.revise([revision(0, [2, 4], 1)]);
    expect(changed).toMatchObject({
      speaker: 1,
      words: [{ speaker: 0 }, { speaker: 0 }, { speaker: 1 }, {}, {}],
    });
    expect(changed?.words?.[2]).toMatchObject({ speakerConfidence: 0.9 });
    expect(changed?.words?.[1]).not.toHaveProperty('speakerConfidence');
    expect(list.segments()).toEqual([changed]);
    expect(list.revise([revision(7, [0, 0], 1)])).toEqual([]);
  });

  test('follow most words where a final came without its words', () => {
    const list = createSegmentList();
    list.add({ sequence: 0, text: 'one two three four', start: 0, end: 4, confidence: 1, speaker: 0 });
    expect(list.revise([revision(0, [0, 0], 1)])).toEqual([]);
    expect(list.revise([revision(0, [1, 9], 1)])).toMatchObject([{ speaker: 1 }]);
    expect(list.correct({ assign: [{ sequence: 0, speaker: 2 }] })).toMatchObject([{ speaker: 2 }]);
    expect(list.revise([revision(0, [0, 9], 1)])).toEqual([]);
  });

  test('stay as a person gave them, whatever is found out later', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const list = createSegmentList();
        /** What each word has to be labelled: by place, [speaker, by a person]. */
        const expected = new Map<string, [number, boolean]>();
        let next = 0;
        for (const each of events) {
          if (each.kind === 'final') {
            each.speakers.forEach((speaker, word) => expected.set(`${next}/${word}`, [speaker, false]));
            list.add(said(next++, each.speakers.map((_, word) => `w${word}`).join(' '), each.speakers));
          } else if (each.kind === 'revise') {
            list.revise(each.revisions);
            for (const { sequence, words, speaker } of each.revisions)
              eachWord(words, (word) => {
                if (expected.get(`${sequence}/${word}`)?.[1] === false)
                  expected.set(`${sequence}/${word}`, [speaker, false]);
              });
          } else {
            list.correct(each.corrections);
            const { assign = [], merge = [] } = each.corrections;
            for (const { sequence, words = [0, 9], speaker } of assign)
              eachWord(words as [number, number], (word) => {
                if (expected.has(`${sequence}/${word}`)) expected.set(`${sequence}/${word}`, [speaker, true]);
              });
            for (const { from, into } of merge)
              for (const [place, [speaker, byPerson]] of expected)
                if (speaker === from) expected.set(place, [into, byPerson]);
          }
        }
        const labels = list
          .segments()
          .flatMap(({ sequence, words = [] }) =>
            words.map(({ speaker }, word) => [`${sequence}/${word}`, speaker]),
          );
        expect(labels).toEqual([...expected].map(([place, [speaker]]) => [place, speaker]));
        const turns = turnsOf(list.segments());
        expect(textOfSegments(turns)).toBe(textOfSegments(list.segments()));
        expect(
          turns.every(({ speaker }, index) => speaker !== turns[index + 1]?.speaker || !turns[index + 1]),
        ).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('turns', () => {
  test('go on over segments, are cut within them, and keep line breaks', () => {
    const segments = [
      said(0, 'Any pain? No.', [0, 0, 1]),
      { ...said(1, 'Not now.', [1, 1]), text: '\n\nNot now.' },
      { ...said(2, 'Good.', [undefined]), speaker: 0 },
    ];
    expect(turnsOf(segments)).toEqual([
      { speaker: 0, text: 'Any pain?', start: 0, end: 2 },
      { speaker: 1, text: 'No.\n\nNot now.', start: 2, end: 12 },
      { speaker: 0, text: 'Good.', start: 20, end: 21 },
    ]);
    expect(turnsOf([{ sequence: 0, text: 'Yes.', start: 0, end: 1, confidence: 1 }])).toEqual([
      { text: 'Yes.', start: 0, end: 1 },
    ]);
  });
});

describe('what is known of speakers', () => {
  test('is what the server says, and what a person says above that', () => {
    const known = createKnownSpeakers();
    known.hear([1, 0]);
    expect(known.list()).toEqual([{ speaker: 0 }, { speaker: 1 }]);
    known.learn([{ speaker: 0, suggestedRole: 'clinician' }, { speaker: 1 }, { speaker: 2 }], [0, 1]);
    known.correct({
      name: [
        { speaker: 0, role: null },
        { speaker: 1, name: 'Ms. Okafor' },
      ],
    });
    known.learn(
      [
        { speaker: 0, suggestedRole: 'clinician' },
        { speaker: 1, role: 'patient' },
      ],
      [0, 1],
    );
    expect(known.list()).toEqual([{ speaker: 0 }, { speaker: 1, name: 'Ms. Okafor', role: 'patient' }]);
    known.correct({ merge: [{ from: 1, into: 0 }] });
    expect([known.list(), known.find(1)]).toEqual([[{ speaker: 0 }], undefined]);
  });
});

const speaker = fc.nat({ max: 3 });
const range = fc
  .tuple(fc.nat({ max: 6 }), fc.nat({ max: 6 }))
  .map(([one, other]): [number, number] => [Math.min(one, other), Math.max(one, other)]);
const sequence = fc.nat({ max: 8 });

const event = fc.oneof(
  fc.record({
    kind: fc.constant('final' as const),
    speakers: fc.array(speaker, { minLength: 1, maxLength: 6 }),
  }),
  fc.record({
    kind: fc.constant('revise' as const),
    revisions: fc.array(
      fc.record({ sequence, words: range, speaker }).map((fields): SpeakerRevision => fields),
      { maxLength: 4 },
    ),
  }),
  fc.record({
    kind: fc.constant('correct' as const),
    corrections: fc.oneof(
      fc.record({ sequence, words: range, speaker }).map((one): SpeakerCorrections => ({ assign: [one] })),
      fc.record({ sequence, speaker }).map((one): SpeakerCorrections => ({ assign: [one] })),
      fc.record({ from: speaker, into: speaker }).map((one): SpeakerCorrections => ({ merge: [one] })),
    ),
  }),
);

function eachWord([first, last]: readonly [number, number], act: (word: number) => void): void {
  for (let word = first; word <= last; word++) act(word);
}

function revision(sequence: number, words: [number, number], speaker: number): SpeakerRevision {
  return { sequence, words, speaker, speakerConfidence: 0.9 };
}

/** A final in which every word takes a second. */
function said(sequence: number, text: string, speakers: readonly (number | undefined)[]): Segment {
  const start = sequence * 10;
  const words = text.split(' ').map((word, index) => {
    const speaker = speakers[index];
    return {
      text: word,
      start: start + index,
      end: start + index + 1,
      confidence: 1,
      ...(speaker !== undefined && { speaker }),
    };
  });
  return { sequence, text, start, end: start + words.length, confidence: 1, words };
}
