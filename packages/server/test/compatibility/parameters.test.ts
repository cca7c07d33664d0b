import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foreignCredentialIn } from '../../src/access/foreign-credential.js';
import { askedHeaders } from '../../src/compatibility/asked.js';
import { createByteCarry } from '../../src/compatibility/carry-bytes.js';
import {
  accepted,
  honoured,
  ignored,
  refused,
  type ParameterTable,
} from '../../src/compatibility/parameters.js';
import { termsInPrompt } from '../../src/compatibility/prompt-terms.js';
import { parametersOfQuery, readParameters } from '../../src/compatibility/read-parameters.js';
import { selectSubprotocol } from '../../src/compatibility/select-subprotocol.js';
import { numberOf, switchOf } from '../../src/compatibility/values.js';
import { RequestError } from '../../src/errors.js';

interface Wishes {
  readonly isOn: boolean;
  readonly number: number;
  readonly tags: readonly string[];
}

const table: ParameterTable<Wishes> = {
  on: honoured('', (given) => ({ isOn: switchOf(given) })),
  number: honoured('', (given) => ({ number: numberOf(given, { min: 1, max: 9 }) })),
  tag: honoured('', ({ values }) => ({ tags: values })),
  quiet: accepted(''),
  extra: ignored('not done'),
  secret: refused('', { meaning: 'It is not done.', remedy: 'Leave it out.' }),
};

const read = (query: Readonly<Record<string, unknown>>) => readParameters(table, parametersOfQuery(query));

describe('parameters of other services', () => {
  test('are read by their table, whether they are repeated or have brackets', () => {
    expect(
      read({ on: 'TRUE', number: '3', tag: ['a', 'b'], 'tag[]': 'c', quiet: 'x', extra: 'false' }),
    ).toEqual({
      wishes: { isOn: true, number: 3, tags: ['a', 'b', 'c'] },
      warnings: [],
    });
  });

  test('are named if they are not done, without their values', () => {
    const { warnings } = read({ extra: '1', 'new-one': 'value', 'a name, and more': 'value' });
    expect(warnings).toEqual([
      { parameter: 'extra', reason: 'not done' },
      { parameter: 'new-one', reason: 'not known' },
      { parameter: 'a name that cannot be written', reason: 'not known' },
    ]);
    expect(askedHeaders('base', warnings)).toEqual({
      'auscult-model': 'base',
      'auscult-warnings': 'extra: not done; new-one: not known; a name that cannot be written: not known',
    });
  });

  test.each([{ on: 'maybe' }, { number: '0' }, { number: '1e3' }, { number: 'x' }, { secret: 'true' }])(
    '%j is refused',
    (query) => {
      expect(() => read(query)).toThrow(RequestError);
    },
  );

  test('cannot make an answer long, whatever they are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string(), { maxKeys: 100 }), (query) => {
        const { warnings } = read(
          Object.fromEntries(Object.entries(query).filter(([name]) => !(name in table))),
        );
        const header = askedHeaders('base', warnings)['auscult-warnings'] ?? '';
        expect(header).toMatch(/^[\x20-\x7e]{0,2048}$/);
      }),
    );
  });
});

test('a prompt that lists terms gives key terms, and running text does not', () => {
  expect(termsInPrompt('metoprolol, HbA1c;Dr. Okonkwo\nward 3')).toEqual([
    'metoprolol',
    'HbA1c',
    'Dr. Okonkwo',
    'ward 3',
  ]);
  expect(termsInPrompt('The patient is a man of sixty years who came in this morning.')).toBeUndefined();
});

test('the key is found in each place, and nowhere else', () => {
  const of = (authorization: string | undefined, protocols?: string) =>
    foreignCredentialIn({ authorization, 'sec-websocket-protocol': protocols });
  expect(of('bearer k.1')).toBe('k.1');
  expect(of('Token k')).toBe('k');
  expect(of(`Basic ${Buffer.from('a:k:2').toString('base64')}`)).toBeUndefined();
  expect(of(`Basic ${Buffer.from('a:k').toString('base64')}`)).toBe('k');
  expect(of('Digest k', 'token, k')).toBeUndefined();
  expect(of(undefined, 'x, bearer, k')).toBe('k');
  expect(of(undefined, 'realtime, openai-insecure-api-key.k, openai-beta.realtime-v1')).toBe('k');
  expect(of(undefined, 'token')).toBeUndefined();
});

test('one subprotocol is selected, which is never the key', () => {
  expect(selectSubprotocol(['token', 'auscult.v1'])).toBe('auscult.v1');
  expect(selectSubprotocol(['openai-insecure-api-key.k', 'realtime'])).toBe('realtime');
  expect(selectSubprotocol(['bearer', 'k'])).toBe('bearer');
  expect(selectSubprotocol(['k'])).toBeUndefined();
});

test('bytes that are cut anywhere come out as whole blocks, in their order', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), fc.integer({ min: 1, max: 8 }), (frames, block) => {
      const carry = createByteCarry();
      const out = frames.map((frame) => carry.take(frame, block));
      for (const piece of out) expect(piece.length % block).toBe(0);
      const [all, taken] = [Buffer.concat(frames), Buffer.concat(out)];
      expect(taken).toEqual(all.subarray(0, all.length - (all.length % block)));
    }),
  );
});
