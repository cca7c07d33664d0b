import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { settings } from '../../src/config/settings.js';
import { withParameters } from '../../src/reference/compatibility-reference.js';
import { openapiReference } from '../../src/reference/openapi-reference.js';
import { withPermissions } from '../../src/reference/permissions-reference.js';
import { settingsReference, withSettingsSummary } from '../../src/reference/settings-reference.js';

const root = new URL('../../../../', import.meta.url);
const fileOf = (path: string) => readFileSync(new URL(path, root), 'utf8');

describe('the output of `npm run docs` is up to date:', () => {
  test('docs/settings.md', () => {
    expect(fileOf('docs/settings.md')).toBe(settingsReference());
  });

  test('docs/openapi.json', async () => {
    expect(fileOf('docs/openapi.json')).toBe(await openapiReference());
  });

  test('the table of permissions in docs/security.md', () => {
    expect(fileOf('docs/security.md')).toBe(withPermissions(fileOf('docs/security.md')));
  });

  test('the tables of parameters in docs/compatibility.md', () => {
    expect(fileOf('docs/compatibility.md')).toBe(withParameters(fileOf('docs/compatibility.md')));
  });

  test('the table in README.md', () => {
    expect(fileOf('README.md')).toBe(withSettingsSummary(fileOf('README.md')));
  });
});

test('both tables name every setting', () => {
  for (const { flag, variable, name } of settings) {
    expect(fileOf('docs/settings.md')).toContain(`| \`${name}\` | \`${flag}\` | \`${variable}\` |`);
    expect(fileOf('README.md')).toContain(`| \`${flag}\` |`);
  }
});

test('a README without markers is refused', () => {
  expect(() => withSettingsSummary('# Auscult')).toThrow(TypeError);
});
