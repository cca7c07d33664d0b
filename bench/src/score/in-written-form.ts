import { nothingWritten, writeFinal, type FinalHypothesis } from '@auscult/asr';

/** A text in written form, as if it were one complete final. */
export function inWrittenForm(text: string): string {
  // Unless the sentence ends, a number at the end would be left open.
  const ended = /[.?!]$/u.test(text) ? text : `${text}.`;
  const words = ended
    .split(' ')
    .map((word, index) => ({ text: word, start: index, end: index + 1, confidence: 1 }));
  const final: FinalHypothesis = {
    sequence: 0,
    text: ended,
    start: 0,
    end: words.length,
    confidence: 1,
    words,
    language: 'en',
    reason: 'silence',
  };
  return writeFinal(nothingWritten, final, { writtenForm: true, dictationCommands: false }).written.text;
}
