import { foldCase, type VocabularyTrie } from './vocabulary-trie.js';
import type { Steps } from './steps.js';

/** One way in which the decoder may spell a key term. */
export interface TermSpelling {
  /** Words with single spaces between them; letters of either case match. */
  readonly text: string;
  /** How much the whole term adds to the sum of log-probabilities, nats. */
  readonly bonus: number;
}

/**
 * Matches terms with the decoder's tokens. It is built of bytes, so that every division of a word into tokens, and
 * every casing, leads along the same nodes.
 */
export interface TermTrie {
  /** The node before the space ahead of a term. */
  readonly root: number;
  /** The tokens that lead on from a node, and the nodes that they lead to. */
  stepsFrom(node: number): ReadonlyMap<number, number>;
  /** The bonus of the part of a term up to a node: each byte adds a share of the whole bonus. */
  bonusAt(node: number): number;
  /** The bonus of the term that is complete at a node, if there is one. */
  wholeAt(node: number): number | undefined;
}

/** Makes a trie, one spelling per step. If terms are spelled alike, the greatest bonus counts. */
export function* growTermTrie(
  spellings: Iterable<TermSpelling>,
  vocabulary: VocabularyTrie,
): Steps<TermTrie> {
  const nodes: Nodes = { bytes: [0], firstChild: [NONE], nextSibling: [NONE] };
  const bonuses = [0];
  const wholes = new Map<number, number>();
  const steps = new Map<number, ReadonlyMap<number, number>>();

  for (const { text, bonus } of spellings) {
    const spelled = utf8.encode(` ${text}`);
    let node = ROOT;
    spelled.forEach((byte, index) => {
      const folded = foldCase(byte);
      const known = childOf(nodes, node, folded);
      node = known === NONE ? addChild(nodes, node, folded) : known;
      bonuses[node] = Math.max(bonuses[node] ?? 0, (bonus * (index + 1)) / spelled.length);
    });
    wholes.set(node, Math.max(wholes.get(node) ?? 0, bonus));
    yield;
  }

  return {
    root: ROOT,
    stepsFrom(node) {
      const known = steps.get(node);
      if (known) return known;
      const found = new Map<number, number>();
      addSteps(nodes, node, vocabulary, vocabulary.root, found);
      steps.set(node, found);
      return found;
    },
    bonusAt: (node) => bonuses[node] ?? 0,
    wholeAt: (node) => wholes.get(node),
  };
}

/**
 * Each by the number of a node: the byte that leads to it, its first child, and the next child of its parent. A map for
 * each node would take ten times the memory.
 */
interface Nodes {
  readonly bytes: number[];
  readonly firstChild: number[];
  readonly nextSibling: number[];
}

/** The node that a byte leads to, or `NONE`. */
function childOf({ bytes, firstChild, nextSibling }: Nodes, node: number, byte: number): number {
  let child = firstChild[node] ?? NONE;
  while (child !== NONE && bytes[child] !== byte) child = nextSibling[child] ?? NONE;
  return child;
}

function addChild({ bytes, firstChild, nextSibling }: Nodes, node: number, byte: number): number {
  const child = bytes.push(byte) - 1;
  firstChild.push(NONE);
  nextSibling.push(firstChild[node] ?? NONE);
  firstChild[node] = child;
  return child;
}

/** Adds the tokens that lead on from a node, all of which begin as the node `begun` of the vocabulary does. */
function addSteps(
  nodes: Nodes,
  node: number,
  vocabulary: VocabularyTrie,
  begun: number,
  found: Map<number, number>,
): void {
  for (const token of vocabulary.tokensAt(begun)) found.set(token, node);
  const { bytes, firstChild, nextSibling } = nodes;
  for (let child = firstChild[node] ?? NONE; child !== NONE; child = nextSibling[child] ?? NONE) {
    const longer = vocabulary.childOf(begun, bytes[child] ?? 0);
    if (longer !== undefined) addSteps(nodes, child, vocabulary, longer, found);
  }
}

const ROOT = 0;
const NONE = -1;

const utf8 = new TextEncoder();
