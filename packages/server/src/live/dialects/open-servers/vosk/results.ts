import type { PartialHypothesis, WrittenFinal } from '@auscult/asr';
import { plainText } from '../../../../compatibility/plain-text.js';
import { bareWord } from '../../../../compatibility/deepgram/words.js';
import { threeDecimals } from '../../../../transcripts/transcript.js';

/** What was recognised and is still to be told, as clients of Vosk are told: one frame whenever they have sent one. */
export interface VoskResults {
  readonly takePartial: (partial: PartialHypothesis) => void;
  readonly takeFinal: (final: WrittenFinal) => void;
  /** The utterance of this number has no text. */
  readonly forget: (sequence: number) => void;
  /** The oldest final that was not told yet, else the newest partial. */
  readonly next: () => string;
  /** All finals that were not told yet, in one frame, also if there are none. */
  readonly rest: () => string;
  readonly hasRest: () => boolean;
  /** Whether finals come with their words from now on. */
  hasWords: boolean;
}

/** A word of a final; names as in Vosk. */
interface VoskWord {
  readonly conf: number;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  readonly word: string;
}

interface VoskFinal {
  readonly text: string;
  readonly words: readonly VoskWord[];
}

/** Starts with nothing recognised. `isPunctuated`: whether text has capital letters and punctuation. */
export function createVoskResults(isPunctuated: boolean): VoskResults {
  const untold: VoskFinal[] = [];
  let partial: { readonly sequence: number; readonly text: string } | undefined;

  const forget = (sequence: number): void => {
    if (partial !== undefined && partial.sequence <= sequence) partial = undefined;
  };

  const told = (finals: readonly VoskFinal[]): string => {
    const text = finals.map((final) => final.text).join(' ');
    const result = finals.flatMap(({ words }) => words);
    return JSON.stringify(results.hasWords && result.length > 0 ? { result, text } : { text });
  };

  const results: VoskResults = {
    hasWords: true,
    takePartial: ({ sequence, text }) => {
      partial = { sequence, text: isPunctuated ? text : plainText(text.split(/\s+/u)) };
    },
    takeFinal: (final) => {
      forget(final.sequence);
      const told = isPunctuated ? punctuatedFinal(final) : spokenFinal(final);
      if (told.text !== '') untold.push(told);
    },
    forget,
    next: () => {
      const oldest = untold.shift();
      return oldest ? told([oldest]) : JSON.stringify({ partial: partial?.text ?? '' });
    },
    rest: () => told(untold.splice(0)),
    hasRest: () => untold.length > 0,
  };
  return results;
}

function punctuatedFinal({ text, words }: WrittenFinal): VoskFinal {
  return { text, words: words.map((word) => voskWord(word, word.text)) };
}

function spokenFinal({ words }: WrittenFinal): VoskFinal {
  const spoken = words.filter(({ text }) => isWord(text));
  return {
    text: plainText(words.map(({ text }) => text)),
    words: spoken.map((word) => voskWord(word, bareWord(word.text))),
  };
}

function voskWord({ confidence, start, end }: WrittenFinal['words'][number], word: string): VoskWord {
  return {
    conf: threeDecimals(confidence),
    start: threeDecimals(start),
    end: threeDecimals(end),
    word,
  };
}

function isWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
