import type { WrittenFinal } from '@auscult/asr';
import { bareWord } from '../../../compatibility/deepgram/words.js';
import { roundedWord } from '../../../transcripts/transcript.js';
import type { SessionEvent } from '../../events.js';

/** The text that was heard and not sent yet. */
export interface HeardText {
  readonly take: (event: SessionEvent) => void;
  /** The frame for a piece of audio: the oldest final that was not sent, else the newest partial. */
  readonly next: () => string;
  /** One frame with all finals that were not sent. */
  readonly rest: () => string;
  /** Whether finals come with their words. */
  readonly giveWords: (hasWords: boolean) => void;
}

/** A word as clients of Vosk expect it. */
interface VoskWord {
  readonly conf: number;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  readonly word: string;
}

/** Starts with nothing heard. Text is in small letters without punctuation, unless `isPunctuated`. */
export function createHeardText(isPunctuated: boolean): HeardText {
  let waiting: readonly WrittenFinal[] = [];
  let partial = '';
  let hasWords = true;

  const textOf = (text: string): string => (isPunctuated ? text : plain(text));

  const finalFrame = (finals: readonly WrittenFinal[]): string => {
    const text = finals
      .map((final) => textOf(final.text))
      .filter((part) => part !== '')
      .join(' ');
    const result = finals.flatMap(({ words }) => words.map((word) => voskWord(word, isPunctuated)));
    return JSON.stringify(hasWords && result.length > 0 ? { result, text } : { text });
  };

  const rest = (): string => {
    const finals = waiting;
    waiting = [];
    return finalFrame(finals);
  };

  return {
    take: (event) => {
      if (event.kind === 'partial') partial = event.hypothesis.text;
      if (event.kind === 'empty') partial = '';
      if (event.kind !== 'final') return;
      partial = '';
      waiting = [...waiting, event.hypothesis];
    },
    next: () => {
      const [oldest, ...others] = waiting;
      if (oldest === undefined) return JSON.stringify({ partial: textOf(partial) });
      waiting = others;
      return finalFrame([oldest]);
    },
    rest,
    giveWords: (wanted) => {
      hasWords = wanted;
    },
  };
}

function voskWord(word: WrittenFinal['words'][number], isPunctuated: boolean): VoskWord {
  const { text, start, end, confidence } = roundedWord(word);
  return { conf: confidence, end, start, word: isPunctuated ? text : bareWord(text) };
}

function plain(text: string): string {
  return text
    .split(/\s+/u)
    .map(bareWord)
    .filter((word) => /[\p{L}\p{N}]/u.test(word))
    .join(' ');
}
