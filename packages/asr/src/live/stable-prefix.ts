import { bareWord } from '../text/words.js';

/** Words of the growing hypotheses of one utterance that will not be taken back. */
export interface StablePrefix {
  /** Takes the next hypothesis, which need not begin with the words shown so far; returns all words to show. */
  update(words: readonly string[]): readonly string[];
}

/**
 * Local agreement (Liu et al. 2020, https://arxiv.org/abs/2005.11185): a word is shown once two hypotheses in a
 * row have it in the same place. Shown words stay: later hypotheses only add to them.
 */
export function createStablePrefix(): StablePrefix {
  let shown: readonly string[] = [];
  let previous: readonly string[] = [];
  return {
    update(words) {
      let agreed = shown.length;
      while (agreed < words.length && agreed < previous.length && sameWord(words[agreed], previous[agreed]))
        agreed++;
      const added = words
        .slice(shown.length, agreed)
        .map((word, i) => agreedForm(word, previous[shown.length + i]));
      shown = [...shown, ...added];
      previous = words;
      return shown;
    },
  };
}

/** Punctuation and case at the edge of the audio change with every hypothesis; the word does not. */
function sameWord(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && bareWord(a) === bareWord(b);
}

/** The part of the word that both hypotheses agree on: without punctuation that only one of them has. */
function agreedForm(word: string, before: string | undefined): string {
  return word === before ? word : word.replace(/(?<=[\p{L}\p{N}])[^\p{L}\p{N}]+$/u, '');
}
