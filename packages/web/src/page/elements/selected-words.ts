/** The words that a person has selected with the pointer, as `at` counts them: the first and the last. */
export function selectedWords(root: ParentNode): readonly [first: number, last: number] | undefined {
  const range = selectedRange(root);
  if (range?.collapsed !== false) return undefined;
  const words = [...root.querySelectorAll<HTMLElement>('.word[data-at]')].filter((word) =>
    isWithin(word, range),
  );
  const [first, last] = [words.at(0), words.at(-1)].map((word) => Number(word?.dataset['at']));
  return first === undefined || last === undefined || Number.isNaN(first) ? undefined : [first, last];
}

function selectedRange(root: ParentNode): StaticRange | Range | undefined {
  const selection = getSelection();
  if (!selection || selection.rangeCount === 0) return undefined;
  // Some browsers have it only since 2024, and tell of selections within elements otherwise.
  return root instanceof ShadowRoot && 'getComposedRanges' in selection
    ? selection.getComposedRanges({ shadowRoots: [root] })[0]
    : selection.getRangeAt(0);
}

/** Whether some of the letters of a word are in a range. */
function isWithin(
  word: HTMLElement,
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
