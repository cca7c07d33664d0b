import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildLexicon } from './build-lexicon.js';
import { lexiconTable } from './write-tables.js';
import { readSources } from './read-sources.js';
import { parseMedicalLexicon } from '@auscult/asr';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const sources = await readSources(here('../downloads'));
const curated = parseMedicalLexicon(await readFile(here('../curated/terms.tsv'), 'utf8'));
const terms = buildLexicon(sources, curated);
await writeFile(here('../../packages/asr/lexicon/medical-lexicon.tsv'), lexiconTable(terms));
console.log(`${terms.length} terms`);
