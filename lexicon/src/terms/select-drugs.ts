import type { LexiconTerm } from '@auscult/asr';
import type { DrugBankEntry, PrescribedDrug } from '../sources/drug-names.js';
import { withoutSalt, type UniiNames } from '../sources/unii.js';
import type { WordFrequencies } from '../sources/word-frequencies.js';
import { EVERYDAY_WORDS, isOrdinary } from './ordinary-words.js';
import { weightOf } from './weight.js';
import { wordsIn } from './words.js';

/** What is known of the names of drugs, all in lower case except in lists of drugs. */
export interface DrugKnowledge {
  readonly prescribed: readonly PrescribedDrug[];
  readonly drugBank: readonly DrugBankEntry[];
  readonly unii: UniiNames;
  /** Headings and entry terms of MeSH. */
  readonly mesh: ReadonlySet<string>;
  /** In how many clinical texts a term occurs. */
  readonly texts: ReadonlyMap<string, number>;
  readonly frequencies: WordFrequencies;
}

/**
 * Generic names and brands. The surest are those in a list of medicines for patients. Other generic names are
 * taken if DrugBank and FDA agree on them and MeSH or a brand vouches for them; other brands, if they are
 * combinations or their drug has few brands, since most brands of drugs with many are from other countries.
 */
export function selectDrugs(knowledge: DrugKnowledge): LexiconTerm[] {
  const listed = new Set(prescribedIngredients(knowledge));
  const synonyms = new Set(prescribedSynonyms(knowledge));
  const generics = new Set([...listed, ...agreedGenerics(knowledge)]);
  const brands = [
    ...combinationBrands(listed, knowledge),
    ...onlyBrands([...listed, ...recentGenerics(knowledge)], knowledge),
  ];
  const kinds = new Map<string, 'drug' | 'brand'>([
    ...brands.map((name) => [name, 'brand'] as const),
    ...[...synonyms].map(
      (name) =>
        [name, knowledge.unii.generic.has(name) || knowledge.mesh.has(name) ? 'drug' : 'brand'] as const,
    ),
    ...[...generics].map((name) => [name, 'drug'] as const),
  ]);
  return [...kinds]
    .filter(([name]) => isSayable(name) && !wordsIn(name).every((word) => isKnownWord(word, knowledge)))
    .map(([name, kind]) => ({
      text: kind === 'brand' ? brandCasing(name) : name,
      kind,
      weight: weightOf({
        sources: listed.has(name) ? 4 : synonyms.has(name) ? 3 : 1,
        concepts: knowledge.unii.brandNames.get(name)?.size ?? 0,
        texts: knowledge.texts.get(name) ?? 0,
        printed: knowledge.frequencies.count(name),
      }),
      soundsLike: [],
    }));
}

function prescribedIngredients({ prescribed, unii, mesh }: DrugKnowledge): string[] {
  return prescribed
    .flatMap(({ ingredients }) => ingredients.map((ingredient) => ingredient.toLowerCase()))
    .filter((name) => unii.generic.has(name) || mesh.has(name));
}

function prescribedSynonyms({ prescribed }: DrugKnowledge): string[] {
  return prescribed.flatMap((drug) => drug.synonyms.map((synonym) => synonym.toLowerCase()));
}

function agreedGenerics({ drugBank, unii, mesh }: DrugKnowledge): string[] {
  return drugBank
    .map(({ name }) => name.toLowerCase())
    .filter(
      (name) =>
        /^[a-z]{5,}$/.test(name) && unii.generic.has(name) && (mesh.has(name) || unii.brandNames.has(name)),
    );
}

/**
 * The brands that contain several substances, one of which is prescribed. Lists of single drugs leave them
 * out.
 */
function combinationBrands(prescribed: ReadonlySet<string>, { unii }: DrugKnowledge): string[] {
  return [...unii.combinations].flatMap(([brand, substances]) =>
    [...substances].some((substance) => prescribed.has(substance) || prescribed.has(withoutSalt(substance)))
      ? [brand]
      : [],
  );
}

/** Drugs too new for the lists of prescribed drugs: DrugBank numbers drugs in order of addition. */
function recentGenerics(knowledge: DrugKnowledge): string[] {
  return agreedGenerics({
    ...knowledge,
    drugBank: knowledge.drugBank.filter(({ number }) => number >= FIRST_RECENT_NUMBER),
  });
}

function onlyBrands(generics: readonly string[], { unii }: DrugKnowledge): string[] {
  return generics.flatMap((generic) => {
    const brands = [...(unii.brandNames.get(generic) ?? [])].filter((brand) => /^[a-z]{4,}$/.test(brand));
    return brands.length <= FEW_BRANDS ? brands : [];
  });
}

const FIRST_RECENT_NUMBER = 11_000;

const FEW_BRANDS = 3;

/** Up to three words of letters, with an optional letter or digit at the end: not a chemical name. */
function isSayable(name: string): boolean {
  return /^[a-z][a-z'-]{2,}( [a-z][a-z'-]*| \d+){0,2}$/.test(name);
}

/** Some brands are everyday words: `today`, `equal`. Those would do more harm than good. */
function isKnownWord(word: string, { frequencies }: DrugKnowledge): boolean {
  return word.length < 3 || isOrdinary(word, frequencies, EVERYDAY_WORDS);
}

function brandCasing(name: string): string {
  return name
    .split(' ')
    .map((word) =>
      FORMS.has(word) ? word.toUpperCase() : word.replace(/^.|-./g, (letter) => letter.toUpperCase()),
    )
    .join(' ');
}

/** Letters after a brand that tell its form. */
const FORMS: ReadonlySet<string> = new Set(
  'cd cr dm ds ec er fe gp hc hct hfa hp ir la lo mr odt pm sr td xl xr zmt'.split(' '),
);
