import type { LexiconTerm, TermKind } from '@auscult/asr';
import type { WordFrequencies } from '../sources/word-frequencies.js';
import type { Casing } from './casing.js';
import type { Evidence } from './evidence.js';
import { FAMILIAR_WORDS, isOrdinary } from './ordinary-words.js';
import { weightOf, type Usage } from './weight.js';

/** The evidence by which terms are chosen. */
export interface Selection {
  readonly evidence: ReadonlyMap<string, Evidence>;
  /** In how many clinical texts a term occurs. */
  readonly texts: ReadonlyMap<string, number>;
  readonly frequencies: WordFrequencies;
  readonly casing: Casing;
}

/** The conditions, anatomy, procedures, tests, organisms and devices that are worth expecting, and single words of their names. */
export function selectMedicalTerms(selection: Selection): LexiconTerm[] {
  return [...selection.evidence].flatMap(([term, evidence]) => {
    const kind = kindOf(evidence);
    const usage = usageOf(term, evidence, selection);
    const chosen = term.includes(' ') ? isPhrase(term, usage, selection) : isWord(term, usage, selection);
    if (kind === undefined || !chosen) return [];
    return [{ text: selection.casing(term), kind, weight: weightOf(usage), soundsLike: [] }];
  });
}

function usageOf(term: string, evidence: Evidence, { texts, frequencies }: Selection): Usage {
  const count = (kinds: readonly TermKind[]) =>
    kinds.reduce((sum, kind) => sum + (evidence.concepts.get(kind) ?? 0), 0);
  const inTexts = texts.get(term) ?? 0;
  return {
    sources: evidence.sources.size,
    // There are more chemicals, proteins and microbes than clinicians ever mention. Only those in clinical
    // texts count.
    concepts: count(CLINICAL) + (inTexts > 0 || count(['condition']) > 0 ? count(OF_LABORATORIES) : 0),
    texts: inTexts,
    printed: frequencies.count(term),
  };
}

const CLINICAL: readonly TermKind[] = ['condition', 'anatomy', 'procedure', 'device'];
const OF_LABORATORIES: readonly TermKind[] = ['test', 'drug', 'organism'];

/**
 * The kind that most names give it, or, for a word that is not a name, the kind of most names that contain
 * it.
 */
export function kindOf({ named, concepts }: Evidence): TermKind | undefined {
  return mostFrequent(named) ?? mostFrequent(concepts);
}

function mostFrequent(kinds: ReadonlyMap<TermKind, number>): TermKind | undefined {
  return [...kinds].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/**
 * A word is taken if it is a name in use or is part of many names, and is more frequent in medicine than in
 * other books.
 */
function isWord(
  word: string,
  { sources, concepts, texts, printed }: Usage,
  { frequencies, casing }: Selection,
): boolean {
  if (word.length < 4 || /\d/.test(word) || isOrdinary(word, frequencies, FAMILIAR_WORDS)) return false;
  if (concepts === 0 || isOrdinary(word.replace(/s$/, ''), frequencies, FAMILIAR_WORDS)) return false;
  if (texts === 0 && (isAcronym(casing(word)) || (word.includes('-') && sources < 2))) return false;
  const isName = sources >= 2 || (sources === 1 && texts + printed > 0);
  if (!isName && concepts < 4 && (texts === 0 || concepts < 2)) return false;
  const perMillionPrinted = (concepts / Math.max(printed, 1)) * 1e6;
  return printed === 0 || perMillionPrinted >= (isName ? 4 : 20) || (isName && texts >= 3);
}

/** A phrase is taken if it is a name in use and not all of its words are familiar. */
function isPhrase(
  phrase: string,
  { sources, concepts, texts, printed }: Usage,
  { frequencies, casing }: Selection,
): boolean {
  const words = phrase.split(' ');
  if (words.every((word) => word.length < 4 || isOrdinary(word, frequencies, FAMILIAR_WORDS))) return false;
  if (concepts === 0 || words.some((word) => isAcronym(casing(word)))) return false;
  if (texts >= 2) return true;
  if (words.some((word) => NOT_SPOKEN.has(word))) return false;
  return (sources >= 2 && (concepts >= 8 || printed > 0)) || (texts >= 1 && concepts >= 4);
}

/** Ontologies abbreviate every disease, mostly by its gene. Clinicians do not. */
function isAcronym(word: string): boolean {
  return /\p{Lu}.*\p{Lu}/u.test(word) && !word.includes('-');
}

/** Words in names of classifications for which speech has an adjective (`neoplasm of colon`) or nothing. */
const NOT_SPOKEN: ReadonlySet<string> = new Set(
  'of and or with without in on to by for due the type types unspecified other multiple not'.split(' '),
);
