import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { placesOf } from '../src/error-places.js';
import { makeFolder } from './support/real-recognizer.js';

test('the message of an error is in none of its places', () => {
  const error = new Error('said: chest pain\n    at the beach (file:///said.js:1:1)');
  const places = placesOf(error);
  expect(places.join()).not.toContain('said');
  expect(places[0]).toContain('error-places.test.ts');
});

test('a place in a bundle is told as the place in its module', async () => {
  const folder = await makeFolder();
  onTestFinished(() => rm(folder, { recursive: true }));
  const bundle = pathToFileURL(path.join(folder, 'bundle.js')).href;
  // The second line of the bundle comes from the seventh line of the module, column by column.
  const map = { version: 3, sources: ['../own/module.js'], names: [], mappings: ';AAMA,IAAI' };
  await writeFile(path.join(folder, 'bundle.js.map'), JSON.stringify(map));
  const error = new Error('hidden');
  error.stack = `Error: hidden\n    at hear (${bundle}:2:5)\n    at ${bundle}:2:1\n    at start (file:///elsewhere.js:3:4)`;
  const module = new URL('../own/module.js', bundle).href;
  expect(placesOf(error)).toEqual([
    `at hear (${module}:7:5)`,
    `at ${module}:7:1`,
    'at start (file:///elsewhere.js:3:4)',
  ]);
});
