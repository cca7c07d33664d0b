/** The text of one utterance as it is sent in deltas, which only ever append. */
export interface DeltaText {
  /** What `text` adds to the text sent so far; empty if it does not continue it. */
  readonly extend: (text: string) => string;
}

/** Has sent nothing yet. */
export function createDeltaText(): DeltaText {
  let sent = '';
  return {
    extend: (text) => {
      const rest = continuation(sent, text);
      sent += rest;
      return rest;
    },
  };
}

/**
 * What is to be appended to `sent` for `text`. Where both have the same words, case and punctuation of those that were sent
 * do not matter; where they do not, nothing can mend it.
 */
function continuation(sent: string, text: string): string {
  if (text.startsWith(sent)) return text.slice(sent.length);
  const before = sent.split(' ');
  const words = text.split(' ');
  const isSame = before.every((word, at) => bare(word) === bare(words[at] ?? ''));
  const rest = words.slice(before.length);
  return isSame && rest.length > 0 ? ` ${rest.join(' ')}` : '';
}

function bare(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}
