import type { FinalHypothesis, SpeakerFindings } from '../../src/index.js';

/** The words of finals with what was found out later of who said them. */
export function revisedWords(finals: readonly FinalHypothesis[], findings: readonly SpeakerFindings[]) {
  return finals.flatMap(({ sequence, words }) =>
    words.map((word) => {
      const middle = (word.start + word.end) / 2;
      const latest = findings
        .flatMap((found) => found.revised)
        .findLast((span) => span.sequence === sequence && span.start <= middle && middle <= span.end);
      return { ...word, speaker: latest?.speaker ?? word.speaker };
    }),
  );
}
