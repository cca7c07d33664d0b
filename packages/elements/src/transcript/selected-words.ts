import type { WordRange } from './move-panel.js';

/**
 * The words that a person has selected: the first and the last.
 *
 * @param words the node of each word; undefined where nothing is shown
 */
export function selectedWords(root: Node, words: readonly (Node | undefined)[]): WordRange | undefined {
  const range = selectedRange(root);
  if (range?.collapsed !== false) return undefined;
  const isWithin = (word: Node | undefined): boolean => word !== undefined && overlap(word, range);
  const first = words.findIndex(isWithin);
  return first < 0 ? undefined : [first, words.findLastIndex(isWithin)];
}

function selectedRange(root: Node): AbstractRange | undefined {
  const selection = getSelection();
  if (!selection || selection.rangeCount === 0) return undefined;
  // Some browsers have it only since 2024, and tell of selections within elements otherwise.
  return root instanceof ShadowRoot && 'getComposedRanges' in selection
    ? selection.getComposedRanges({ shadowRoots: [root] })[0]
    : selection.getRangeAt(0);
}

/** Whether some of the letters of a word are in a range. */
function overlap(
  word: Node,
  { startContainer, startOffset, endContainer, endOffset }: AbstractRange,
): boolean {
  const letters = document.createRange();
  letters.selectNodeContents(word);
  const range = document.createRange();
  range.setStart(startContainer, startOffset);
  range.setEnd(endContainer, endOffset);
  return (
    range.compareBoundaryPoints(Range.START_TO_END, letters) > 0 &&
    range.compareBoundaryPoints(Range.END_TO_START, letters) < 0
  );
}
