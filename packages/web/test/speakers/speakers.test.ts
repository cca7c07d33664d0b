import type { Segment } from '@auscult/client';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSpeakers, type Speakers } from '../../src/page/speakers/speakers.js';
import { DEFAULT_SETTINGS } from '../../src/page/settings/settings.js';
import { observable, type Changeable } from '../../src/page/state/observable.js';
import {
  correctLine,
  correctWord,
  restoreLine,
  textOf,
  withFinal,
  type Line,
} from '../../src/page/transcript/line.js';
import { partsOf, withPart } from '../../src/page/transcript/parts.js';
import { createHeardTranscriber, type HeardTranscriber } from './heard-transcriber.js';

describe('lines by speaker', () => {
  test('hold each word once, in order, of whom a person says or else of whom was found out last', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 50 }), (events) => {
        const { lines, speakers, heard } = listening();
        const expected = new Map<string, { speaker: number; isAssigned: boolean }>();
        let finals = 0;
        for (const each of events) {
          if (each.kind === 'final') {
            each.speakers.forEach((speaker, word) =>
              expected.set(`${finals}.${word}`, { speaker, isAssigned: false }),
            );
            heard.hear(final(finals++, each.speakers));
          } else if (each.kind === 'revise') {
            heard.revise([
              { sequence: each.final, words: [...each.words], speaker: each.speaker, speakerConfidence: 0.9 },
            ]);
            forEachWord(each.words, (word) => {
              const known = expected.get(`${each.final}.${word}`);
              if (known?.isAssigned === false) known.speaker = each.speaker;
            });
          } else if (each.kind === 'assign') {
            const line = lines.value[each.final];
            if (line === undefined) continue;
            speakers.assign({ line: line.id, words: each.words, speaker: each.speaker });
            forEachWord(each.words, (word) => {
              if (expected.has(`${each.final}.${word}`))
                expected.set(`${each.final}.${word}`, { speaker: each.speaker, isAssigned: true });
            });
          } else if (each.kind === 'merge') {
            speakers.merge(each.from, each.into);
            for (const known of expected.values()) if (known.speaker === each.from) known.speaker = each.into;
          } else write(lines, each);
        }
        const shown = lines.value
          .flatMap(partsOf)
          .flatMap(({ line, speaker }) => line.heard.map(({ text }) => [text, speaker]));
        expect(shown).toEqual([...expected].map(([word, { speaker }]) => [word, speaker]));
        // The parts of a line are what it says, whatever a person wrote.
        for (const line of lines.value) {
          const words = partsOf(line).flatMap((part) => part.line.words);
          expect(words).toEqual(line.words);
          for (const part of partsOf(line)) expect(withPart(line, part.line)).toEqual(line);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('are sent as places of the final, without the line break at its end', () => {
    const { lines, speakers, heard } = listening();
    heard.hear({ ...final(0, [0, 0]), text: '0.0 0.1\n\n' });
    speakers.assign({ line: lines.value[0]?.id ?? '', words: [1, 2], speaker: 1 });
    expect(heard.corrections).toEqual([{ assign: [{ sequence: 0, words: [1, 1], speaker: 1 }] }]);
    expect(lines.value.flatMap(partsOf).map((part) => textOf(part.line))).toEqual(['0.0', '0.1\n\n']);
  });
});

describe('speakers', () => {
  test('are called by their name, their role if nobody else has it, or their number', () => {
    const { speakers, heard } = listening();
    heard.hear(final(0, [0, 1, 2]));
    speakers.name(0, { role: 'clinician' });
    speakers.name(1, { name: ' Ms. Okafor ' });
    expect([0, 1, 2, undefined].map(speakers.nameOf)).toEqual([
      'Clinician',
      'Ms. Okafor',
      'Speaker 3',
      'Unknown speaker',
    ]);
    speakers.name(2, { role: 'clinician' });
    expect([0, 2].map(speakers.nameOf)).toEqual(['Speaker 1', 'Speaker 3']);
    speakers.name(1, { name: '' });
    expect(speakers.nameOf(1)).toBe('Speaker 2');
  });

  test('exchange names and roles, and guesses only if there is nothing else', () => {
    const { speakers, heard } = listening();
    heard.hear(final(0, [0, 1]));
    speakers.know([
      { speaker: 0, suggestedRole: 'patient' },
      { speaker: 1, suggestedRole: 'clinician' },
    ]);
    speakers.swap(0, 1);
    expect(speakers.people()).toEqual([
      { speaker: 0, role: 'clinician' },
      { speaker: 1, role: 'patient' },
    ]);
    speakers.know([
      { speaker: 0, name: 'Dr. Moreau' },
      { speaker: 1, suggestedRole: 'patient' },
    ]);
    speakers.swap(0, 1);
    expect(speakers.people()).toEqual([{ speaker: 0 }, { speaker: 1, name: 'Dr. Moreau' }]);
    expect(speakers.state.value.said).toBe('The names of Dr. Moreau and Speaker 2 are exchanged.');
    expect(heard.corrections[1]).toEqual({
      name: [
        { speaker: 0, name: null, role: null },
        { speaker: 1, name: 'Dr. Moreau', role: null },
      ],
    });
  });

  test('of another recording have other numbers', () => {
    const { lines, speakers, heard } = listening();
    heard.hear(final(0, [0, 1]));
    expect(speakers.nextNumber()).toBe(2);
    const later = follow(speakers, lines, { recording: 'second', first: 2, offset: 60 });
    later.hear(final(0, [2]));
    speakers.merge(2, 0);
    expect(speakers.people()).toEqual([{ speaker: 0 }, { speaker: 1 }]);
    expect([heard.corrections, later.corrections]).toEqual([
      [{ merge: [{ from: 2, into: 0 }] }],
      [{ merge: [{ from: 2, into: 0 }] }],
    ]);
    speakers.assign({ line: lines.value[1]?.id ?? '', words: [0, 0], speaker: 1 });
    expect(later.corrections[1]).toEqual({ assign: [{ sequence: 0, words: [0, 0], speaker: 1 }] });
    expect(heard.corrections[1]).toEqual({});
  });

  test('may change until their recording has settled', () => {
    const { speakers, heard } = listening();
    heard.hear(final(0, [0]));
    expect(speakers.state.value.settledSeconds).toBe(0);
    heard.revise([], 1.5);
    heard.revise([], 1);
    expect(speakers.state.value.settledSeconds).toBe(1.5);
  });
});

const speaker = fc.nat({ max: 3 });
const words = fc
  .tuple(fc.nat({ max: 6 }), fc.nat({ max: 6 }))
  .map(([one, other]): readonly [number, number] => [Math.min(one, other), Math.max(one, other)]);
const which = fc.nat({ max: 7 });

const event = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('final' as const),
      speakers: fc.array(speaker, { minLength: 1, maxLength: 7 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('revise' as const), final: which, words, speaker }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('assign' as const), final: which, words, speaker }) },
  fc.record({ kind: fc.constant('merge' as const), from: speaker, into: speaker }),
  fc.record({
    kind: fc.constant('write' as const),
    final: which,
    part: which,
    text: fc
      .array(fc.constantFrom('0.1', 'other', '1.2', '\n'), { maxLength: 4 })
      .map((texts) => texts.join(' ')),
    how: fc.constantFrom('line' as const, 'word' as const, 'restore' as const),
  }),
);

/** Writes something else in a part of a line. */
function write(
  lines: Changeable<readonly Line[]>,
  { final, part, text, how }: { final: number; part: number; text: string; how: 'line' | 'word' | 'restore' },
): void {
  const line = lines.value[final];
  if (line === undefined) return;
  const parts = partsOf(line);
  const chosen = parts[part % parts.length]?.line;
  if (chosen === undefined) return;
  const corrections = {
    line: () => correctLine(chosen, text),
    word: () => correctWord(chosen, 0, text),
    restore: () => restoreLine(chosen),
  };
  lines.set(lines.value.map((each) => (each === line ? withPart(line, corrections[how]()) : each)));
}

function forEachWord([first, last]: readonly [number, number], act: (word: number) => void): void {
  for (let word = first; word <= last; word++) act(word);
}

interface Listening {
  readonly lines: Changeable<readonly Line[]>;
  readonly speakers: Speakers;
  readonly heard: HeardTranscriber;
}

/** The page's transcript, and a recording into it. */
function listening(): Listening {
  const lines = observable<readonly Line[]>([]);
  const speakers = createSpeakers(lines, observable(DEFAULT_SETTINGS));
  return { lines, speakers, heard: follow(speakers, lines, { recording: 'first', first: 0, offset: 0 }) };
}

function follow(
  speakers: Speakers,
  lines: Changeable<readonly Line[]>,
  source: { readonly recording: string; readonly first: number; readonly offset: number },
): HeardTranscriber {
  const heard = createHeardTranscriber();
  heard.transcriber.on('final', (segment) => {
    lines.set(withFinal(lines.value, segment, source));
  });
  speakers.follow(heard.transcriber, { ...source, isProvisional: true });
  return heard;
}

/** A final whose words say where they are. */
function final(sequence: number, speakers: readonly number[]): Segment {
  const words = speakers.map((speaker, word) => ({
    text: `${sequence}.${word}`,
    start: sequence * 10 + word,
    end: sequence * 10 + word + 1,
    confidence: 1,
    speaker,
  }));
  const text = words.map((word) => word.text).join(' ');
  return { sequence, text, start: sequence * 10, end: sequence * 10 + words.length, confidence: 1, words };
}
