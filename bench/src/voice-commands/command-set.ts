import type { SpokenCommand } from '@auscult/asr';

/** Twelve commands as a program for dictation registers them: plain ones, some with lists of values, and one with free text. */
export const COMMAND_SET: readonly SpokenCommand[] = [
  plain('next field'),
  plain('previous field'),
  plain('delete that'),
  plain('bold that'),
  plain('undo that'),
  plain('stop dictation'),
  plain('sign the note'),
  plain('select all'),
  listed('insert', 'template', [
    'chest pain',
    'normal exam',
    'knee pain',
    'discharge letter',
    'annual physical',
  ]),
  listed('go to', 'section', ['history', 'medications', 'allergies', 'assessment', 'plan', 'physical exam']),
  listed('open chart', 'number', ['one', 'two', 'three', 'four', 'five']),
  {
    phrase: 'select {words}',
    parts: [
      { kind: 'words', words: 'select' },
      { kind: 'variable', name: 'words' },
    ],
  },
];

/** What is said to give each of them, and which command that is. */
export const SPOKEN_COMMANDS: readonly { readonly text: string; readonly phrase: string }[] = [
  ...COMMAND_SET.flatMap(({ phrase, parts }) => {
    const variable = parts.find((part) => part.kind === 'variable');
    if (variable?.kind !== 'variable') return [{ text: phrase, phrase }];
    const { name, values = ['no chest pain', 'twenty five milligrams', 'the left knee'] } = variable;
    return values.map((value) => ({ text: phrase.replace(`{${name}}`, value), phrase }));
  }),
];

function plain(words: string): SpokenCommand {
  return { phrase: words, parts: [{ kind: 'words', words }] };
}

function listed(words: string, name: string, values: readonly string[]): SpokenCommand {
  return {
    phrase: `${words} {${name}}`,
    parts: [
      { kind: 'words', words },
      { kind: 'variable', name, values },
    ],
  };
}
