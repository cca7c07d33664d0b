import { parseClientMessage, saidForm } from '../../../protocol/src/index.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listedCommands, registeredForm } from '../../src/commands/listed-commands.js';
import { phrasesIn } from '../../src/commands/phrases.js';

const text = fc.oneof(
  fc
    .string({ minLength: 1, maxLength: 100, unit: 'grapheme-composite' })
    .filter(({ length }) => length <= 100),
  fc.constantFrom('chest pain', 'Chest-pain', '2.5', '2 5', '%', 'Plan', 'plan*', "can't", 'can t', 'next'),
);

test('texts are the same for the element and for servers', () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(registeredForm(value)).toBe(saidForm(value));
    }),
  );
});

test('every list is one that servers take', () => {
  const ofPage = fc.constantFrom(
    [],
    [{ phrase: 'Next field' }],
    [{ phrase: 'insert {thing}' }, { phrase: 'close {what}', variables: { what: ['a', 'b'] } }],
    Array.from({ length: 99 }, (_, at) => ({ phrase: `command ${at}` })),
    Array.from({ length: 4 }, (_, at) => ({
      phrase: `order ${'x'.repeat(at)} {what}`,
      variables: { what: Array.from({ length: 499 }, (_, value) => `thing ${value}`) },
    })),
  );
  const names = fc.array(text, { maxLength: 20 });
  fc.assert(
    fc.property(
      ofPage,
      fc.constantFrom('en', 'de', 'fr', 'es', 'it'),
      names,
      names,
      (page, language, template, section) => {
        const { commands, own } = listedCommands({
          ofPage: page,
          phrases: phrasesIn(language),
          values: { template, section },
        });
        const message = JSON.stringify({ type: 'configure', commands });
        expect(parseClientMessage(message)).toMatchObject({ ok: true });
        expect(commands.slice(0, page.length)).toEqual(page);
        for (const { phrase } of page) expect(own.has(phrase)).toBe(false);
      },
    ),
  );
});

test('commands without anything to be named are left out, and those that the page has', () => {
  const ofPage = [{ id: 'mine', phrase: 'Next field!' }];
  const { commands } = listedCommands({
    ofPage,
    phrases: phrasesIn('en-US'),
    values: { template: [], section: ['Plan', 'plan'] },
  });
  const ids = commands.map(({ id }) => id);
  expect(ids).toEqual([
    'mine',
    'previous-field',
    'go-to-section',
    'select-words',
    'delete-that',
    'bold-that',
    'undo-that',
  ]);
  expect(commands[2]).toEqual({
    id: 'go-to-section',
    phrase: 'go to {section}',
    variables: { section: ['Plan'] },
  });
});
