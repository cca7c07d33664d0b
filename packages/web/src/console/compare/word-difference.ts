import { commonPlaces } from './common-places.js';

/** A stretch of words that two texts have in common, or that only one of them has. */
export interface DifferencePart {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** How a text differs from what it was, word by word; of what was replaced, the former words come first. */
export function wordDifference(before: string, after: string): readonly DifferencePart[] {
  const [old, fresh] = [wordsOf(before), wordsOf(after)];
  const parts: DifferencePart[] = [];
  let [from, at] = [0, 0];
  for (const place of [...commonPlaces(old, fresh), { before: old.length, after: fresh.length }]) {
    add(parts, 'removed', old.slice(from, place.before));
    add(parts, 'added', fresh.slice(at, place.after));
    add(parts, 'same', old.slice(place.before, place.before + 1));
    [from, at] = [place.before + 1, place.after + 1];
  }
  return parts;
}

/** Words, and line breaks as words of their own, since they are part of the text. */
function wordsOf(text: string): readonly string[] {
  return text.match(/\n+|[^\s]+/gu) ?? [];
}

function add(parts: DifferencePart[], kind: DifferencePart['kind'], words: readonly string[]): void {
  if (words.length === 0) return;
  const last = parts.at(-1);
  const text = words.join(' ');
  if (last?.kind === kind) parts[parts.length - 1] = { kind, text: `${last.text} ${text}` };
  else parts.push({ kind, text });
}
