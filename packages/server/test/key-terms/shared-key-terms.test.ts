import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { termsOfList } from '@auscult/asr';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigError } from '../../src/config/config-error.js';
import { openSharedKeyTerms, type SharedKeyTerms } from '../../src/key-terms/shared-key-terms.js';
import { createTextReader, type TextReader } from '../../src/reading/text-reader.js';
import { createLog } from '../../src/telemetry/log.js';
import { until } from '../support/until.js';

interface Opened {
  readonly terms: SharedKeyTerms;
  readonly log: () => string;
  readonly changes: () => number;
}

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-terms-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  mkdirSync(join(folder, 'tenants'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

async function open(keyTermsDirectory: string | undefined): Promise<Opened> {
  let lines = '';
  let changes = 0;
  const log = createLog({ logLevel: 'info', logFormat: 'json' }, { write: (line) => (lines += line) });
  const reader = createTextReader();
  onTestFinished(() => {
    reader.close();
  });
  const settings = { keyTermsDirectory, language: 'en' };
  const terms = await openSharedKeyTerms(settings, log, reader, () => (changes += 1), 20);
  onTestFinished(() => {
    terms.close();
  });
  return { terms, log: () => lines, changes: () => changes };
}

const textsOf = ({ terms }: Opened, tenant: string) => termsOfList(terms.of(tenant)).map(({ text }) => text);

describe('files of key terms', () => {
  test('are for everybody and for single tenants, whose own come first', async () => {
    const opened = await open(
      folderWith({
        'server.txt': '\ufeff# formulary\r\nmetoprolol\r\n\r\nHbA1c\t1.5\th b a one c|a one c\r\n',
        'tenants/north.txt': 'Dr. Ito\t2\nHBA1C\n',
      }),
    );
    expect(termsOfList(opened.terms.of('south'))).toEqual([
      { text: 'metoprolol' },
      { text: 'HbA1c', weight: 1.5, soundsLike: ['h b a one c', 'a one c'] },
    ]);
    expect(termsOfList(opened.terms.of('north'))).toEqual([
      { text: 'Dr. Ito', weight: 2 },
      { text: 'HBA1C' },
      { text: 'metoprolol' },
    ]);
    expect(textsOf(opened, '../server')).toEqual(['metoprolol', 'HbA1c']);
  });

  test('may be missing', async () => {
    expect(textsOf(await open(undefined), 'north')).toEqual([]);
    expect(textsOf(await open(folderWith({})), 'north')).toEqual([]);
  });

  test.each([
    [{ 'server.txt': `metoprolol\n${'x'.repeat(101)}\n` }, 'line 2 of server.txt'],
    [{ 'server.txt': 'a b c d e f g h i' }, 'line 1 of server.txt'],
    [{ 'server.txt': 'metoprolol\tmuch' }, 'line 1 of server.txt'],
    [{ 'server.txt': 'metoprolol\t7' }, 'line 1 of server.txt'],
    [{ 'server.txt': 'metoprolol\t1\ta||b' }, 'line 1 of server.txt'],
    [{ 'server.txt': 'metoprolol\t1\ta\tb' }, 'line 1 of server.txt'],
    [{ 'tenants/north.txt': '\n\tx' }, 'line 2 of tenants/north.txt'],
    [{ 'tenants/north.txt': Uint8Array.of(0xff, 0xfe) }, 'tenants/north.txt is not text'],
    [{ 'tenants/north.csv': 'metoprolol' }, 'is not named after a tenant'],
    [
      { 'server.txt': Array.from({ length: 5001 }, (_, index) => `term${index}`).join('\n') },
      '5001 key terms',
    ],
  ])('stop the start if they are invalid, case %#', async (files, problem) => {
    const failure: unknown = await open(folderWith(files)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect((failure as ConfigError).message).toContain(problem);
    expect((failure as ConfigError).message).not.toMatch(/metoprolol|xxx/);
  });

  test('stop the start if their folder is missing', async () => {
    await expect(open(join(tmpdir(), 'no-such-folder-of-terms'))).rejects.toThrow('cannot be read');
  });

  test('are reloaded when they change, and the former ones stay in use if the new are invalid', async () => {
    const folder = folderWith({ 'server.txt': 'metoprolol\n' });
    const opened = await open(folder);
    writeFileSync(join(folder, 'server.txt'), 'apixaban\n');
    await until(() => textsOf(opened, 'north')[0] === 'apixaban');

    writeFileSync(join(folder, 'server.txt'), 'lisinopril\nWarfarin Canary\tmuch\n');
    await until(() => opened.log().includes('line 2 of server.txt is not a key term'));
    expect(textsOf(opened, 'north')).toEqual(['apixaban']);

    writeFileSync(join(folder, 'tenants/north.txt'), 'Dr. Ito\n');
    writeFileSync(join(folder, 'server.txt'), 'lisinopril\n');
    await until(() => textsOf(opened, 'north').length === 2);
    expect(textsOf(opened, 'north')).toEqual(['Dr. Ito', 'lisinopril']);
    expect(opened.changes()).toBeGreaterThanOrEqual(2);

    rmSync(folder, { recursive: true });
    await until(() => opened.log().includes('the folder of key terms'));
    expect(textsOf(opened, 'north')).toEqual(['Dr. Ito', 'lisinopril']);
    expect(opened.log()).not.toMatch(/canary|ito|apixaban|lisinopril/i);
  });

  test('are parsed on a thread if they are large, and again only if they have changed', async () => {
    const lines = Array.from({ length: 3000 }, (_, number) => `zorblax ${number}\n`).join('');
    const folder = folderWith({
      'server.txt': lines,
      'tenants/north.txt': lines,
      'tenants/south.txt': lines,
    });
    const whole = createTextReader();
    onTestFinished(() => {
      whole.close();
    });
    const readings: { readonly name: string; readonly onThread: boolean }[] = [];
    const reader: Pick<TextReader, 'sharedTerms'> = {
      sharedTerms: (file) => {
        const reading = whole.sharedTerms(file);
        readings.push({ name: file.name, onThread: reading instanceof Promise });
        return reading;
      },
    };
    const log = createLog({ logLevel: 'silent', logFormat: 'json' });
    const settings = { keyTermsDirectory: folder, language: 'en' };
    let changes = 0;
    const terms = await openSharedKeyTerms(settings, log, reader, () => (changes += 1), 20);
    onTestFinished(() => {
      terms.close();
    });
    writeFileSync(join(folder, 'tenants/south.txt'), `${lines}apixaban\n`);
    await until(() => changes === 1);
    expect(termsOfList(terms.of('south')).at(3000)).toEqual({ text: 'apixaban' });
    const files = ['server.txt', 'tenants/north.txt', 'tenants/south.txt', 'tenants/south.txt'];
    expect(readings).toEqual(files.map((name) => ({ name, onThread: true })));
  });

  test('may hold useless terms, which are counted in the log and left out', async () => {
    const opened = await open(folderWith({ 'server.txt': 'the\n💊\nHbA1c\nhba1c\n' }));
    expect(textsOf(opened, 'north')).toEqual(['HbA1c']);
    expect(opened.log()).toContain('server.txt');
    expect(opened.log()).toContain('1 that stand in the list already, 1 that everybody uses');
  });
});
