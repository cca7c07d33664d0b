import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { countClinicalLanguage } from '../../src/lexicon/clinical-language.js';
import { numbersOfWords } from '../../src/lexicon/english-words.js';
import { parseMedicalLexicon } from '../../src/lexicon/medical-lexicon.js';
import {
  INDEX_VERSION,
  loadPreparedLexicon,
  type PreparedLexicon,
} from '../../src/lexicon/prepared-lexicon.js';
import { soundIndexOf } from '../../src/terms/sound-index.js';
import { atOnce } from '../../src/terms/steps.js';
import { spellTerms } from '../../src/terms/term-list.js';
import { makeFolder } from '../support/real-recognizer.js';

const tables = {
  lexicon: [
    'metoprolol\tdrug\t0.8',
    'apixaban\tdrug\t0.6',
    'HbA1c\ttest\t0.5\th b a one c|hemoglobin a one c',
    'atrial fibrillation\tcondition\t0.9',
    'T-wave\ttest\t0.2',
    'milligram\tunit\t1',
  ].join('\n'),
  language: 'started\tslowly\t1\ton\t3\n<begin>\tpatient\t2',
  english: '# words\nbreath\nslowly',
};

let cache: string;
beforeEach(async () => {
  cache = await makeFolder();
  onTestFinished(() => rm(cache, { recursive: true }));
});

/** The only file in the cache. */
async function indexFile(): Promise<string> {
  const folder = path.join(cache, 'lexicon');
  const [file = '', ...others] = await readdir(folder);
  expect(others).toEqual([]);
  return path.join(folder, file);
}

/** What a lexicon answers. */
function answers({ terms, spelled, language }: PreparedLexicon) {
  return {
    terms,
    written: [...spelled.bySpelling],
    near: soundIndexOf(spelled.ways).near('met a pro lol', 1),
    likely: language.logProbability(['started', 'metoprolol'], 'patient'),
    words: ['started', 'breath', 'metaprial'].map((word) => language.isWord(word)),
  };
}

test('a lexicon from the cache answers as the one that was computed', async () => {
  const computed = await loadPreparedLexicon(cache, tables);
  const made = await stat(await indexFile());
  const kept = await loadPreparedLexicon(cache, tables);
  expect(answers(kept)).toEqual(answers(computed));
  expect(answers(kept)).toMatchObject({
    near: [{ entry: 0 }],
    words: [true, true, false],
  });
  expect(kept.terms.map(({ text }) => text)).not.toContain('milligram');
  expect((await stat(await indexFile())).ino).toBe(made.ino);
});

test('other tables have an index of their own', async () => {
  await loadPreparedLexicon(cache, tables);
  const other = await loadPreparedLexicon(cache, { ...tables, english: 'metaprial' });
  expect(other.language.isWord('metaprial')).toBe(true);
  expect(await readdir(path.join(cache, 'lexicon'))).toHaveLength(2);
});

test.each([
  ['cut off', (content: Buffer) => content.subarray(0, -1)],
  ['altered', (content: Buffer) => Buffer.concat([content.subarray(0, -1), Buffer.from([0x7f])])],
  ['empty', () => Buffer.alloc(0)],
])('an index that is %s is made anew', async (_damage, damage) => {
  const computed = await loadPreparedLexicon(cache, tables);
  const file = await indexFile();
  const whole = await readFile(file);
  await writeFile(file, damage(whole));
  expect(answers(await loadPreparedLexicon(cache, tables))).toEqual(answers(computed));
  expect((await readFile(file)).equals(whole)).toBe(true);
});

test('a lexicon is loaded where the cache cannot be written', async () => {
  const file = path.join(cache, 'file');
  await writeFile(file, '');
  const { spelled } = await loadPreparedLexicon(file, tables);
  expect(spelled.bySpelling.get('t wave')).toBe(4);
});

test('an index with other content has another version: raise it, and note the digest of the new content', () => {
  const terms = parseMedicalLexicon(tables.lexicon);
  const content = {
    spelled: atOnce(spellTerms(terms)),
    counts: countClinicalLanguage(tables.language, terms),
    english: numbersOfWords(['breath', 'slowly']),
  };
  const json = JSON.stringify(content, (_key, value: unknown) =>
    value instanceof Map ? [...value] : ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value,
  );
  const digest = createHash('sha256').update(json).digest('hex').slice(0, 16);
  expect({ version: INDEX_VERSION, digest }).toEqual({ version: 1, digest: 'aaa269243cc3992c' });
});
