import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FinalHypothesis, Word } from '../../../src/live/live-transcription.js';
import { commandMatcher } from '../../../src/text/commands/match-commands.js';
import { saidTokens } from '../../../src/text/commands/said-tokens.js';
import type { SpokenCommand } from '../../../src/text/commands/spoken-command.js';
import { nothingWritten, writeFinal } from '../../../src/text/write-final.js';

const listed = (name: string, ...values: string[]) => ({ kind: 'variable', name, values }) as const;
const free = (name: string) => ({ kind: 'variable', name }) as const;
const words = (text: string) => ({ kind: 'words', words: text }) as const;

function command(...parts: SpokenCommand['parts']): SpokenCommand {
  return {
    phrase: parts.map((part) => (part.kind === 'words' ? part.words : `{${part.name}}`)).join(' '),
    parts,
  };
}

const COMMANDS: readonly SpokenCommand[] = [
  command(words('next field')),
  command(words('delete that')),
  command(words('insert'), listed('template', 'chest pain', 'normal exam', 'Room 5', 'L4-L5')),
  command(words('give'), listed('dose', '15 mg', '50 mg'), words('now')),
  command(words('select'), free('words')),
  command(words('move'), free('what'), words('to the top')),
];

describe('the same is said', () => {
  test.for<readonly [string, string]>([
    ['Next-field!', 'next field'],
    ['25 mg', 'twenty five mg'],
    ['twenty-five', '25'],
    ['1,205', 'one thousand two hundred five'],
    ['2.05', 'two point zero five'],
    ['patient’s', "PATIENT'S"],
    ['L4', 'l four'],
  ])('in %s and %s', ([one, other]) => {
    expect(tokens(one)).toEqual(tokens(other));
  });

  test.for<readonly [string, string]>([
    ['-5', '5'],
    ['5%', '5'],
    ['5-10', '510'],
    ['1.5', '15'],
    ['5:30', '5 30'],
    ['no pain', 'pain'],
    ['05', '5'],
  ])('not in %s and %s', ([one, other]) => {
    expect(tokens(one)).not.toEqual(tokens(other));
  });
});

test('whether words are a command, and which, is what an independent expansion says', () => {
  const match = commandMatcher(COMMANDS);
  const vocabulary = [
    ...[
      'next',
      'field',
      'delete',
      'that',
      'insert',
      'chest',
      'pain',
      'normal',
      'exam',
      'room',
      '5',
      'five',
      'L4-L5',
    ],
    ...[
      'give',
      '15',
      'fifty',
      'mg',
      'now',
      'select',
      'move',
      'to',
      'the',
      'top',
      'no',
      'not',
      'field.',
      'Pain,',
    ],
  ];
  const openings = [['next'], ['insert'], ['give'], ['select'], ['move'], ['delete'], []];
  const sentence = fc
    .tuple(fc.constantFrom(...openings), fc.array(fc.constantFrom(...vocabulary), { maxLength: 9 }))
    .map(([opening, rest]) => [...opening, ...rest]);
  const exact = fc.constantFrom(
    ...['insert chest pain', 'give 15 mg now', 'give fifty mg now', 'Next field.', 'insert room five'].map(
      (text) => text.split(' '),
    ),
    'move 5 mg to the top'.split(' '),
  );
  fc.assert(
    fc.property(fc.oneof(sentence, exact), (said) => {
      const found = match(said, true);
      expect(
        found && [
          found.command.phrase,
          found.variables.map(({ name, value, words: [from, to] }) => [
            name,
            value ?? said.slice(from, to).join(' '),
          ]),
        ],
      ).toEqual(expandedMatch(said));
    }),
    { numRuns: 3000 },
  );
});

describe('a final', () => {
  test('is never lost, whatever its numbers and negations, unless all of it is a command between pauses', () => {
    const parts = [
      'no',
      'not',
      'denies',
      'next field',
      'insert',
      'chest pain',
      'twenty five milligrams',
      'select',
      '1.5',
      'without',
      'delete that',
      'now',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom('silence', 'longest', 'request'),
        fc.boolean(),
        (said, pause, confidence, reason, doubtful) => {
          const text = said.join(' ');
          const final = finalOf(text, 10 + pause, { confidence, reason, doubtful });
          const { written } = writeFinal({ ...nothingWritten, saidUntil: 10 }, final, {
            ...{ writtenForm: false, dictationCommands: false },
            commands: COMMANDS,
          });
          if (written.command === undefined) {
            expect(written).toEqual(final);
            return;
          }
          expect([written.text, written.words, written.spoken]).toEqual(['', [], text]);
          expect(expandedMatch(text.split(' '))?.[0]).toBe(written.command.phrase);
          expect([reason === 'longest', doubtful, pause < 0.39, confidence < 0.4]).toEqual(
            Array(4).fill(false),
          );
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('that is a command gives free text in written form if that is on, with its numbers', () => {
    const final = finalOf('Select no more than twenty five milligrams.', 3, {});
    const on = {
      writtenForm: true,
      dictationCommands: false,
      commands: [command(words('select'), free('words'))],
    };
    expect(writeFinal(nothingWritten, final, on).written.command?.variables).toEqual({
      words: 'no more than 25 mg',
    });
    expect(
      writeFinal(nothingWritten, final, { ...on, writtenForm: false }).written.command?.variables,
    ).toEqual({ words: 'no more than twenty five milligrams' });
  });

  test('takes nothing from the finals around a command that it is', () => {
    const options = { writtenForm: true, dictationCommands: true, commands: COMMANDS };
    let state = nothingWritten;
    const written = ['No fever.', 'Next field.', 'Scratch that.'].map((text, at) => {
      const next = writeFinal(state, { ...finalOf(text, at * 5, {}), sequence: at }, options);
      state = next.state;
      return next.written;
    });
    expect(written.map(({ text, removes, command: heard }) => [text, removes, heard?.phrase])).toEqual([
      ['No fever.', undefined, undefined],
      ['', undefined, 'next field'],
      ['', [0], undefined],
    ]);
  });
});

function tokens(text: string): string[] {
  return saidTokens(text.split(' '), true).map(({ said }) => said);
}

function finalOf(
  text: string,
  start: number,
  {
    confidence = 0.9,
    reason = 'silence',
    doubtful = false,
  }: { confidence?: number; reason?: FinalHypothesis['reason']; doubtful?: boolean },
): FinalHypothesis {
  const spoken: Word[] = text.split(' ').map((one, at) => ({
    text: one,
    start: start + at * 0.3,
    end: start + at * 0.3 + 0.3,
    confidence,
    ...(doubtful ? { doubtful: true } : {}),
  }));
  const end = spoken.at(-1)?.end ?? start;
  return { sequence: 0, text, start, end, confidence, language: 'en', reason, words: spoken };
}

/**
 * The same as the matcher should find, by writing out every way to say a command: numbers by a list of those of the test, free
 * text by every cut of the words.
 */
function expandedMatch(
  said: readonly string[],
): readonly [string, readonly (readonly [string, string])[]] | undefined {
  const plain = (one: string): string =>
    one
      .toLowerCase()
      .replace(/[.,]/gu, '')
      .replaceAll('-', '')
      .replace(/\b15\b/u, 'fifteen')
      .replace(/\b50\b/u, 'fifty')
      .replace(/l4l5/u, 'l four l five')
      .replace(/\b5\b/u, 'five');
  const text = said.map(plain).join(' ');
  for (const { phrase, parts } of COMMANDS.slice(0, 4)) {
    const variable = parts.find((part) => part.kind === 'variable');
    const values = variable?.kind === 'variable' ? (variable.values ?? []) : [''];
    for (const value of values) {
      const expansion = parts
        .map((part) =>
          part.kind === 'words' ? part.words : plain(value.replace('-', ' ').replace('L4 L5', 'L4-L5')),
        )
        .join(' ');
      if (expansion === text) return [phrase, variable?.kind === 'variable' ? [[variable.name, value]] : []];
    }
  }
  if (said[0] === 'select' && said.length >= 2 && said.length <= 7)
    return ['select {words}', [['words', said.slice(1).join(' ')]]];
  const tail = said.slice(-3).map(plain).join(' ');
  if (said[0] === 'move' && tail === 'to the top' && said.length >= 5 && said.length <= 10)
    return ['move {what} to the top', [['what', said.slice(1, -3).join(' ')]]];
  return undefined;
}
