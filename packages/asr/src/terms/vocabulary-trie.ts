import type { TokenText } from '../text/token-text.js';
import { foldCase } from './fold-case.js';

/** The decoder's tokens by the bytes of their text, letters in lower case. */
export interface VocabularyTrie {
  readonly children: ReadonlyMap<number, VocabularyTrie>;
  /** Those whose text ends here. */
  readonly tokens: readonly number[];
}

/** Makes the trie of the first `count` tokens. */
export function createVocabularyTrie(count: number, textOf: (token: number) => TokenText): VocabularyTrie {
  const root: GrowingTrie = { children: new Map(), tokens: [] };
  for (let token = 0; token < count; token++) {
    const { bytes } = textOf(token);
    if (bytes.length === 0) continue;
    let node = root;
    for (const byte of bytes) node = childOf(node, foldCase(byte));
    node.tokens.push(token);
  }
  return root;
}

interface GrowingTrie {
  readonly children: Map<number, GrowingTrie>;
  readonly tokens: number[];
}

function childOf({ children }: GrowingTrie, byte: number): GrowingTrie {
  const known = children.get(byte);
  if (known) return known;
  const child: GrowingTrie = { children: new Map(), tokens: [] };
  children.set(byte, child);
  return child;
}
