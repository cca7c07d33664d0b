import type { LexiconTerm } from '@auscult/asr';
import type { PrescribedDrug } from '../sources/drug-names.js';
import type { UniiNames } from '../sources/unii.js';
import type { WordFrequencies } from '../sources/word-frequencies.js';
import { isOrdinary } from './ordinary-words.js';
import { weightOf } from './weight.js';
import { wordsIn } from './words.js';

/** What is known of the names of drugs, all in lower case but for lists of drugs. */
export interface DrugKnowledge {
  readonly prescribed: readonly PrescribedDrug[];
  readonly drugBank: readonly string[];
  readonly unii: UniiNames;
  /** Headings and entry terms of MeSH. */
  readonly mesh: ReadonlySet<string>;
  /** In how many clinical texts a term stands. */
  readonly texts: ReadonlyMap<string, number>;
  readonly frequencies: WordFrequencies;
}

/**
 * Generic names and brands. Those in a list of medicines for patients are taken if an official list has the name too;
 * of other generic names, those that DrugBank, FDA and MeSH agree on.
 */
export function selectDrugs(knowledge: DrugKnowledge): LexiconTerm[] {
  const ingredients = new Set(prescribedIngredients(knowledge));
  const others = new Set(synonyms(knowledge));
  const generics = [...others].filter((name) => knowledge.unii.official.has(name) && !knowledge.unii.brands.has(name));
  const brands = [...others].filter((name) => !knowledge.unii.official.has(name) && isBrand(name, knowledge));
  const combined = combinationBrands(ingredients, knowledge);
  const known = agreedGenerics(knowledge);
  const names = new Map<string, 'drug' | 'brand'>([
    ...known.map((name) => [name, 'drug'] as const),
    ...[...brands, ...combined].map((name) => [name, 'brand'] as const),
    ...generics.map((name) => [name, 'drug'] as const),
    ...[...ingredients].map((name) => [name, 'drug'] as const),
  ]);
  return [...names]
    .filter(([name]) => isSayable(name) && !wordsIn(name).every((word) => isKnownWord(word, knowledge)))
    .map(([name, kind]) => ({
      text: kind === 'brand' ? brandCasing(name) : name,
      kind,
      weight: weightOf({
        sources: ingredients.has(name) ? 4 : others.has(name) || kind === 'brand' ? 2 : 1,
        concepts: brandCount(name, knowledge),
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

function synonyms({ prescribed }: DrugKnowledge): string[] {
  return prescribed.flatMap((drug) => drug.synonyms.map((synonym) => synonym.toLowerCase()));
}

function isBrand(name: string, { unii, mesh }: DrugKnowledge): boolean {
  return unii.brands.has(name) || (mesh.has(name) && !unii.generic.has(name));
}

/** The brands that hold several prescribed drugs and nothing else, which lists of single drugs leave out. */
function combinationBrands(ingredients: ReadonlySet<string>, { unii }: DrugKnowledge): string[] {
  const isPrescribed = (substance: string): boolean =>
    ingredients.has(substance) || ingredients.has(substance.split(' ')[0] ?? '');
  return [...unii.brands].flatMap(([brand, substances]) =>
    substances.length > 1 && substances.every(isPrescribed) ? [brand] : [],
  );
}

function agreedGenerics({ drugBank, unii, mesh }: DrugKnowledge): string[] {
  return drugBank
    .map((name) => name.toLowerCase())
    .filter((name) => /^[a-z]{5,}$/.test(name) && unii.official.has(name) && mesh.has(name));
}

function brandCount(name: string, { unii }: DrugKnowledge): number {
  return unii.brandCounts.get(name) ?? 0;
}

/** Up to three words of letters, and one letter or digit at the end: no chemist's name. */
function isSayable(name: string): boolean {
  return /^[a-z][a-z'-]{2,}( [a-z][a-z'-]*| \d+){0,2}$/.test(name);
}

/** Brands are made of everyday words, too: `today`, `equal`. Those would do more harm than good. */
function isKnownWord(word: string, { frequencies }: DrugKnowledge): boolean {
  return word.length < 3 || isOrdinary(word, frequencies);
}

function brandCasing(name: string): string {
  return name
    .split(' ')
    .map((word) => (FORMS.has(word) ? word.toUpperCase() : word.replace(/^.|-./g, (letter) => letter.toUpperCase())))
    .join(' ');
}

/** Letters behind a brand that tell its form. */
const FORMS: ReadonlySet<string> = new Set(
  'cd cr dm ds ec er fe gp hc hct hfa hp ir la lo mr odt pm sr td xl xr zmt'.split(' '),
);
