import type { TokenText } from '../text/token-text.js';
import type { Steps } from './steps.js';

/** The decoder's tokens by the bytes of their text, with letters in lower case. Nodes are numbers. */
export interface VocabularyTrie {
  /** The node of no text. */
  readonly root: number;
  /** The node that a byte leads to from a node, if any token continues with it. */
  childOf(node: number, byte: number): number | undefined;
  /** The tokens whose text ends at a node. */
  tokensAt(node: number): readonly number[];
}

/** Makes the trie of the first `count` tokens, one per step. */
export function* growVocabularyTrie(
  count: number,
  textOf: (token: number) => TokenText,
): Steps<VocabularyTrie> {
  // Nodes are in arrays of numbers: as objects, tens of thousands of them would add 10 ms to every garbage collection.
  const bytes = [0];
  const firstChild = [NONE];
  const nextSibling = [NONE];
  const lastToken = [NONE];
  const tokenBefore = new Int32Array(count).fill(NONE);

  const grow = (node: number, byte: number): number => {
    const child = bytes.push(byte) - 1;
    firstChild.push(NONE);
    nextSibling.push(firstChild[node] as number);
    lastToken.push(NONE);
    firstChild[node] = child;
    return child;
  };
  for (let token = 0; token < count; token++) {
    const text = textOf(token).bytes;
    if (text.length === 0) continue;
    let node = ROOT;
    for (const byte of text) {
      const folded = foldCase(byte);
      node = childIn({ bytes, firstChild, nextSibling }, node, folded) ?? grow(node, folded);
    }
    tokenBefore[token] = lastToken[node] as number;
    lastToken[node] = token;
    yield;
  }

  const nodes: Nodes = {
    bytes: Uint8Array.from(bytes),
    firstChild: Int32Array.from(firstChild),
    nextSibling: Int32Array.from(nextSibling),
  };
  const tokens = Int32Array.from(lastToken);
  return {
    root: ROOT,
    childOf: (node, byte) => childIn(nodes, node, byte),
    tokensAt(node) {
      const found: number[] = [];
      for (let token = tokens[node] as number; token !== NONE; token = tokenBefore[token] as number)
        found.push(token);
      return found;
    },
  };
}

const ROOT = 0;
const NONE = -1;

/** For each node, by its number: the byte that leads to it, its first child, and the next child of its parent. */
interface Nodes {
  readonly bytes: ArrayLike<number>;
  readonly firstChild: ArrayLike<number>;
  readonly nextSibling: ArrayLike<number>;
}

function childIn({ bytes, firstChild, nextSibling }: Nodes, node: number, byte: number): number | undefined {
  let child = firstChild[node] as number;
  while (child !== NONE && bytes[child] !== byte) child = nextSibling[child] as number;
  return child === NONE ? undefined : child;
}

/** A byte of UTF-8, with ASCII capitals in lower case. */
export function foldCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
