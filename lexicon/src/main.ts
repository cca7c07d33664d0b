import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseMedicalLexicon } from '@auscult/asr';
import { buildLexicon } from './build-lexicon.js';
import { countPairs } from './count-pairs.js';
import { findConfusableDrugs } from './confusable/find-confusable-drugs.js';
import { parseKnownPairs } from './confusable/known-pairs.js';
import { readSources } from './read-sources.js';
import { confusableTable, languageTable, lexiconTable, wordTable } from './write-tables.js';

const curated = parseMedicalLexicon(await readFile(here('../curated/terms.tsv'), 'utf8'));
const known = parseKnownPairs(await readFile(here('../curated/confusable-drugs.tsv'), 'utf8'));
const sources = await readSources(here('../downloads'));
const terms = buildLexicon(sources, curated);
const pairs = findConfusableDrugs(terms, known);
await writeFile(here('../../packages/asr/lexicon/medical-lexicon.tsv'), lexiconTable(terms));
await writeFile(here('../../packages/asr/lexicon/confusable-drugs.tsv'), confusableTable(pairs));
await writeFile(
  here('../../packages/asr/lexicon/clinical-language.tsv'),
  languageTable(countPairs(sources.clinicalSentences)),
);
await writeFile(here('../../packages/asr/lexicon/english-words.txt'), wordTable(sources.frequencies.words));
console.log(`Wrote ${terms.length} terms and ${pairs.length} pairs of confusable drugs.`);

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
