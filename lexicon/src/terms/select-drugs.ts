import type { LexiconTerm } from '@auscult/asr';
import type { DrugBankEntry, PrescribedDrug } from '../sources/drug-names.js';
import { withoutSalt, type UniiNames } from '../sources/unii.js';
import type { WordFrequencies } from '../sources/word-frequencies.js';
import { EVERYDAY_WORDS, isOrdinary } from './ordinary-words.js';
import { weightOf } from './weight.js';
import { wordsIn } from './words.js';

/** What is known of the names of drugs, all in lower case but for lists of drugs. */
export interface DrugKnowledge {
  readonly prescribed: readonly PrescribedDrug[];
  readonly drugBank: readonly DrugBankEntry[];
  readonly unii: UniiNames;
  /** Headings and entry terms of MeSH. */
  readonly mesh: ReadonlySet<string>;
  /** In how many clinical texts a term stands. */
  readonly texts: ReadonlyMap<string, number>;
  readonly frequencies: WordFrequencies;
}

/**
 * Generic names and brands. Surest are those that a list of medicines for patients has. Of other generic names, those are
 * taken that DrugBank and FDA agree on and that MeSH or a brand vouches for; of other brands, those of combinations and
 * those of drugs with few, since drugs with many have most of them in other countries.
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

/** The brands that hold several substances of which one is prescribed. Lists of single drugs leave them out. */
function combinationBrands(prescribed: ReadonlySet<string>, { unii }: DrugKnowledge): string[] {
  return [...unii.combinations].flatMap(([brand, substances]) =>
    [...substances].some((substance) => prescribed.has(substance) || prescribed.has(withoutSalt(substance)))
      ? [brand]
      : [],
  );
}

/** Those too new for the lists of prescribed drugs: DrugBank numbers drugs as it adds them. */
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

/** Up to three words of letters, and one letter or digit at the end: no chemist's name. */
function isSayable(name: string): boolean {
  return /^[a-z][a-z'-]{2,}( [a-z][a-z'-]*| \d+){0,2}$/.test(name);
}

/** Brands are made of everyday words, too: `today`, `equal`. Those would do more harm than good. */
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

/** Letters behind a brand that tell its form. */
const FORMS: ReadonlySet<string> = new Set(
  'cd cr dm ds ec er fe gp hc hct hfa hp ir la lo mr odt pm sr td xl xr zmt'.split(' '),
);
