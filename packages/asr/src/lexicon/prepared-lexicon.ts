import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { atOnce } from '../terms/steps.js';
import { spellTerms, type SpelledTerms } from '../terms/term-list.js';
import {
  clinicalLanguageOf,
  countClinicalLanguage,
  readClinicalLanguage,
  type ClinicalLanguage,
  type LanguageCounts,
} from './clinical-language.js';
import { englishWordsOf, numbersOfWords, parseEnglishWords, readEnglishWords } from './english-words.js';
import { parseMedicalLexicon, readMedicalLexicon, type LexiconTerm } from './medical-lexicon.js';

/** The lexicon as an inference process uses it. */
export interface PreparedLexicon {
  /** Without units: these are ordinary words, and how they are written is not decided by the decoder. */
  readonly terms: readonly LexiconTerm[];
  readonly spelled: SpelledTerms;
  readonly language: ClinicalLanguage;
}

/** What is computed from the tables of a lexicon: plain data. */
interface LexiconIndex {
  readonly terms: readonly LexiconTerm[];
  readonly spelled: SpelledTerms;
  readonly counts: LanguageCounts;
  /** See `numbersOfWords`. */
  readonly english: Uint32Array;
}

/** Raise it when the same tables lead to another index, so that older ones are made anew. */
export const INDEX_VERSION = 1;

/** The texts that a lexicon is made of. */
export interface LexiconTables {
  /** See `parseMedicalLexicon`. */
  readonly lexicon: string;
  /** See `createClinicalLanguage`. */
  readonly language: string;
  /** See `parseEnglishWords`. */
  readonly english: string;
}

/**
 * Reads the lexicon that ships with this package, or makes one of other tables. Its index takes over a second to compute, so it is kept in the cache
 * for the next process, under a name that says what it was computed from. If it is missing, damaged or cannot be
 * written, it is computed.
 */
export async function loadPreparedLexicon(
  cacheDirectory: string,
  tables?: LexiconTables,
): Promise<PreparedLexicon> {
  const texts = tables ?? (await readTables());
  const file = path.join(cacheDirectory, 'lexicon', indexName(texts));
  const { terms, spelled, counts, english } = (await readIndex(file)) ?? (await makeIndex(texts, file));
  return { terms, spelled, language: clinicalLanguageOf(counts, englishWordsOf(english)) };
}

async function readTables(): Promise<LexiconTables> {
  const [lexicon, language, english] = await Promise.all([
    readMedicalLexicon(),
    readClinicalLanguage(),
    readEnglishWords(),
  ]);
  return { lexicon, language, english };
}

function indexName({ lexicon, language, english }: LexiconTables): string {
  const hash = createHash('sha256');
  for (const table of [lexicon, language, english]) hash.update(table).update('\0');
  // The format in which the index is stored may change with the engine.
  return `${hash.digest('hex').slice(0, 32)}-${INDEX_VERSION}-${process.versions.v8}`;
}

async function makeIndex({ lexicon, language, english }: LexiconTables, file: string): Promise<LexiconIndex> {
  const terms = parseMedicalLexicon(lexicon).filter(({ kind }) => kind !== 'unit');
  const index = {
    terms,
    spelled: atOnce(spellTerms(terms)),
    counts: countClinicalLanguage(language, terms),
    english: numbersOfWords(parseEnglishWords(english)),
  };
  await writeIndex(file, index);
  return index;
}

/** An index behind its SHA-256. */
async function readIndex(file: string): Promise<LexiconIndex | undefined> {
  try {
    const content = await readFile(file);
    const [digest, body] = [content.subarray(0, DIGEST_BYTES), content.subarray(DIGEST_BYTES)];
    return digest.equals(sha256(body)) ? (deserialize(body) as LexiconIndex) : undefined;
  } catch {
    return undefined;
  }
}

/** Does nothing if the cache cannot be written: the index is then computed at every start. */
async function writeIndex(file: string, index: LexiconIndex): Promise<void> {
  const body = serialize(index);
  const draft = `${file}.${randomUUID()}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(draft, Buffer.concat([sha256(body), body]));
    await rename(draft, file);
  } catch {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

const DIGEST_BYTES = 32;

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
