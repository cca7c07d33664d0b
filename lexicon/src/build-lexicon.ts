import type { LexiconTerm } from '@auscult/asr';
import type { Sources } from './read-sources.js';
import { countTexts } from './sources/clinical-texts.js';
import { learnCasing } from './terms/casing.js';
import { deriveWords } from './terms/derive-words.js';
import { gatherEvidence } from './terms/evidence.js';
import { mergeTerms } from './terms/merge-terms.js';
import { selectAbbreviations } from './terms/select-abbreviations.js';
import { selectDrugs } from './terms/select-drugs.js';
import { selectMedicalTerms } from './terms/select-medical-terms.js';

/**
 * The lexicon, in the order of its texts. `curated` terms come from this project and take precedence over
 * those of the sources.
 */
export function buildLexicon(sources: Sources, curated: readonly LexiconTerm[]): LexiconTerm[] {
  const { names, abbreviations, frequencies, prescribed, drugBank, unii } = sources;
  const evidence = gatherEvidence(names);
  const mesh = new Set(names.filter(({ source }) => source === 'mesh').map(({ text }) => text.toLowerCase()));
  const asked = new Set([
    ...evidence.keys(),
    ...[...abbreviations.keys()].map((text) => text.toLowerCase()),
    ...drugBank.map(({ name }) => name.toLowerCase()),
    ...prescribed
      .flatMap((drug) => [...drug.ingredients, ...drug.synonyms])
      .map((name) => name.toLowerCase()),
  ]);
  const texts = countTexts(sources.clinicalTexts, asked);
  const drugs = selectDrugs({ prescribed, drugBank, unii, mesh, texts, frequencies });
  const abbreviated = selectAbbreviations({ abbreviations, evidence, texts, frequencies });
  const medical = selectMedicalTerms({ evidence, texts, frequencies, casing: learnCasing(names) });
  const derived = deriveWords([...curated, ...medical], frequencies);
  return mergeTerms([curated, drugs, abbreviated, medical, derived], frequencies);
}
