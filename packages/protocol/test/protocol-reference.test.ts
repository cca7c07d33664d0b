import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { clientMessages } from '../src/client-messages.js';
import { parseClientMessage } from '../src/parse-client-message.js';
import { clientOptions } from '../src/reference/client-options.js';
import { protocolReference } from '../src/reference/protocol-reference.js';
import { serverMessages } from '../src/server-messages.js';

const reference = protocolReference();

test('docs/protocol.md is up to date with `npm run docs`', () => {
  const file = new URL('../../../docs/protocol.md', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(reference);
});

test('the options of the SDK are up to date with `npm run docs`', () => {
  const file = new URL('../../client/src/recognition-options.ts', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(clientOptions());
});

describe('client messages', () => {
  test.each(Object.keys(clientMessages))('%s has an example that a server accepts', (type) => {
    const [example] = examplesOf(type);
    expect(parseClientMessage(example ?? '')).toMatchObject({ ok: true, message: { type } });
  });
});

describe('server messages', () => {
  test.each(Object.entries(serverMessages))(
    '%s has an example with every field of its schema',
    (type, schema) => {
      const [example] = examplesOf(type);
      const message: unknown = JSON.parse(example ?? '');
      expect(schema.parse(message)).toEqual(message);
      expect(message).toMatchObject({ type });
    },
  );

  test.each(Object.entries(serverMessages))('%s names its audience', (_, schema) => {
    expect(z.toJSONSchema(schema)).toHaveProperty('audience', expect.stringMatching(/^(everyone|opted-in)$/));
  });
});

/** The JSON under the heading of a message. */
function examplesOf(type: string): string[] {
  const [, section = ''] = reference.split(`\n### \`${type}\`\n`);
  const [own = ''] = section.split('\n## ')[0]?.split('\n### ') ?? [];
  return [...own.matchAll(/```json\n(.*)\n```/g)].map(([, json]) => json ?? '');
}
