import type { TokenText } from '../text/token-text.js';
import type { TermTrie } from './term-trie.js';

/** How far the text of a hypothesis matches key terms. All amounts are nats, added to its log-probability. */
export interface TermMatch {
  /** The place in the trie; none within words that belong to no term. */
  readonly node: number | undefined;
  /** The bonus of complete terms, which is never taken back. */
  readonly settled: number;
  /** The bonus of the match in progress, which is taken back if the match breaks off. */
  readonly pending: number;
  /** The part of it that stays even then: the bonus of the longest complete term with which the match began. */
  readonly whole: WholeMatch | undefined;
  /**
   * Nodes of the terms whose bonus the hypothesis has got. Each counts only once, so that a decoder does not gain by going
   * round in a loop.
   */
  readonly counted: readonly number[];
}

interface WholeMatch {
  readonly node: number;
  readonly bonus: number;
}

/** Follows hypotheses through a trie. Only whole words match a term. */
export interface TermMatcher {
  /** The match of no text. */
  readonly start: TermMatch;
  /** Tokens that continue the match in progress. */
  onward(match: TermMatch): ReadonlyMap<number, number>;
  /** Tokens that begin a term. */
  beginnings(): ReadonlyMap<number, number>;
  /** The match with one more token. */
  next(match: TermMatch, token: number): TermMatch;
  /** The match once the text has ended. */
  end(match: TermMatch): TermMatch;
}

/** Makes a matcher. `textOf`: the text of the decoder's tokens. */
export function createTermMatcher(trie: TermTrie, textOf: (token: number) => TokenText): TermMatcher {
  const wordEnds = new Map<number, boolean>();
  const endsWordBefore = (token: number): boolean => {
    const known = wordEnds.get(token);
    if (known !== undefined) return known;
    const ends = endsWord(textOf(token));
    wordEnds.set(token, ends);
    return ends;
  };
  const withWhole = (match: TermMatch): TermMatch => {
    const { node, counted } = match;
    const bonus = node === undefined ? undefined : trie.wholeAt(node);
    return node === undefined || bonus === undefined || counted.includes(node)
      ? match
      : { ...match, whole: { node, bonus } };
  };
  const brokenOff = ({ settled, whole, counted }: TermMatch): TermMatch => ({
    node: undefined,
    settled: settled + (whole?.bonus ?? 0),
    pending: 0,
    whole: undefined,
    counted: whole ? [...counted, whole.node] : counted,
  });

  return {
    start: { node: trie.root, settled: 0, pending: 0, whole: undefined, counted: [] },
    onward: ({ node }) => (node === undefined ? noTokens : trie.stepsFrom(node)),
    beginnings: () => trie.stepsFrom(trie.root),
    next(match, token) {
      const bounded = endsWordBefore(token) ? withWhole(match) : match;
      const onward = bounded.node === undefined ? undefined : trie.stepsFrom(bounded.node).get(token);
      if (onward !== undefined)
        return {
          ...bounded,
          node: onward,
          pending: Math.max(trie.bonusAt(onward), bounded.whole?.bonus ?? 0),
        };
      const broken = brokenOff(bounded);
      const begun = trie.stepsFrom(trie.root).get(token);
      return begun === undefined ? broken : { ...broken, node: begun, pending: trie.bonusAt(begun) };
    },
    end: (match) => brokenOff(withWhole(match)),
  };
}

const noTokens: ReadonlyMap<number, number> = new Map();

/** Whether the word before a token has ended, as the token does not begin with a letter or digit. */
function endsWord({ bytes }: TokenText): boolean {
  const [first] = bytes;
  return first === undefined || (first < 0x80 && !/[0-9A-Za-z]/.test(String.fromCharCode(first)));
}
