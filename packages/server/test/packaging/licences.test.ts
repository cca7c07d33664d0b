import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { shippedPackages } from '../../src/build/shipped-packages.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** Licences that ask for no more than their text beside the code, by their SPDX identifiers. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
  'Zlib',
];

/** Packages with another licence, and why they may ship. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  // It stays a package of its own, which whoever installs it can replace.
  'codec-parser': 'LGPL-3.0-or-later',
};

const shipped = shippedPackages(ROOT, [
  'packages/server',
  'packages/client',
  'packages/elements',
  'packages/weights-tiny',
]);

test('all that is installed with a package has a licence that allows it', () => {
  const refused = shipped.filter(({ name, license }) => !isAllowed(license) && license !== EXCEPTIONS[name]);
  expect(refused).toEqual([]);
});

test('no exception is left over', () => {
  const installed = shipped.map(({ name }) => name);
  expect(Object.keys(EXCEPTIONS).filter((name) => !installed.includes(name))).toEqual([]);
});

test('what is built into the page, and what the weights come from, counts as well', () => {
  const names = shipped.map(({ name }) => name);
  const indirect = ['lit-html', 'jszip', '@usefulsensors/moonshine-js', 'onnxruntime-node', 'zod', 'undici'];
  expect(names).toEqual(expect.arrayContaining(indirect));
  expect(names).not.toContain('vitest');
  expect(names).not.toContain('onnxruntime-web');
});

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-or-later)', true],
  ['(MIT AND Zlib)', true],
  ['(MIT AND GPL-3.0-or-later)', false],
  ['SEE LICENSE IN LICENSE.txt', false],
  [undefined, false],
])('a licence %s is judged', (license, isGood) => {
  expect(isAllowed(license)).toBe(isGood);
});

/** Whether an SPDX expression, without parentheses inside it, leaves a choice of allowed licences. */
function isAllowed(license = ''): boolean {
  const expression = license.replace(/^\((.*)\)$/, '$1');
  return expression
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((identifier) => ALLOWED.includes(identifier)));
}
