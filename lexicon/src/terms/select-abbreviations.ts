import type { LexiconTerm } from '@auscult/asr';
import type { WordFrequencies } from '../sources/word-frequencies.js';
import type { Evidence } from './evidence.js';
import { kindOf } from './select-medical-terms.js';
import { weightOf } from './weight.js';
import { wordsIn } from './words.js';

/** The evidence by which abbreviations are chosen. */
export interface AbbreviationKnowledge {
  readonly abbreviations: ReadonlyMap<string, readonly string[]>;
  readonly evidence: ReadonlyMap<string, Evidence>;
  /** In how many clinical texts an abbreviation occurs. */
  readonly texts: ReadonlyMap<string, number>;
  readonly frequencies: WordFrequencies;
}

/**
 * Abbreviations of three to five capital letters that stand for a name in some source and occur in clinical
 * texts. Those that are also words (`CAN`, `AIDS`) are left out.
 */
export function selectAbbreviations(knowledge: AbbreviationKnowledge): LexiconTerm[] {
  return [...knowledge.abbreviations].flatMap(([text, meanings]) => {
    const texts = knowledge.texts.get(text.toLowerCase()) ?? 0;
    if (!/^[A-Z]{3,5}$/.test(text) || knowledge.frequencies.rank(text.toLowerCase()) !== undefined) return [];
    const named = meanings.flatMap(
      (meaning) => knowledge.evidence.get(wordsIn(meaning.toLowerCase()).join(' ')) ?? [],
    );
    const sources = Math.max(0, ...named.map((evidence) => evidence.sources.size));
    if (texts < 2 && (sources === 0 || texts === 0)) return [];
    const kind = named.map(kindOf).find(Boolean) ?? 'test';
    return [{ text, kind, weight: weightOf({ sources, concepts: 0, texts, printed: 0 }), soundsLike: [] }];
  });
}
