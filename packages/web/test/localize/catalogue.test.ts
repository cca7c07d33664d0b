import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RuntimeLitLocalizer } from '@lit/localize-tools/lib/modes/runtime.js';
import type { Config, RuntimeOutputConfig } from '@lit/localize-tools/lib/config.js';
import { afterAll, expect, test } from 'vitest';
import { explain, FOR_PROGRAMS } from '../../src/page/server/explanations.js';
import { describeWarning } from '../../src/page/recording/describe-warning.js';
import { errorCodes } from '../../../protocol/src/error-codes.js';
import { warningCodes } from '../../../protocol/src/warning-codes.js';

/** In English, the server's sentence is shown for these, since it names the field or the limit. */
const SAY_A_LIMIT = new Set<string>([
  'invalid_request',
  'upload_too_large',
  'recording_too_long',
  'unsupported_audio',
  'unsupported_language',
]);

const folder = resolve(import.meta.dirname, '../..');
const fresh = mkdtempSync(join(tmpdir(), 'auscult-languages-'));
afterAll(() => {
  rmSync(fresh, { recursive: true });
});
const localizer = new RuntimeLitLocalizer(configAt(folder));

test('each language has each sentence, none that is gone, and the same placeholders', () => {
  const { messages, errors } = localizer.extractSourceMessages();
  expect(errors).toEqual([]);
  const names = messages.map(({ name }) => name).sort();
  const { translations } = localizer.readTranslationsSync();
  expect([...translations.keys()].sort()).toEqual(['de', 'es', 'fr']);
  for (const [language, units] of translations)
    expect(units.map(({ name }) => name).sort(), language).toEqual(names);
  expect(localizer.validateTranslations().errors).toEqual([]);
});

test('the modules that the pages load are made from the catalogue as it is', async () => {
  await localizer.build();
  for (const language of ['de', 'fr', 'es']) {
    const path = (where: string): string => join(where, `${language}.ts`);
    expect(readFileSync(path(join(folder, 'src/localize/generated')), 'utf8'), language).toBe(
      readFileSync(path(fresh), 'utf8'),
    );
  }
}, 60_000);

test('each error and warning of the protocol is explained', () => {
  for (const code of errorCodes)
    if (!SAY_A_LIMIT.has(code)) expect(explain(code, 'English'), code).toMatch(/^[A-Z].*\.$/u);
  expect(FOR_PROGRAMS.length).toBeLessThan(errorCodes.length / 2);
  for (const code of warningCodes)
    expect(describeWarning({ code, message: 'English' }).message, code).toMatch(/^[A-Z].*\.$/u);
});

/** The configuration of the package, but with modules written to a folder of the test. */
function configAt(base: string): Config & { output: RuntimeOutputConfig } {
  const read = JSON.parse(readFileSync(join(base, 'lit-localize.json'), 'utf8')) as Config & {
    output: RuntimeOutputConfig;
  };
  return {
    ...read,
    baseDir: base,
    resolve: (path: string) => resolve(base, path),
    output: { ...read.output, outputDir: fresh, localeCodesModule: join(fresh, 'locale-codes.ts') },
  };
}
