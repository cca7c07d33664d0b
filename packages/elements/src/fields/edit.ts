/** A part of a text, by the offsets of its ends in UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A change of a text: what stood from `start` to `end` is replaced by `inserted` units. */
export interface Edit extends Span {
  readonly inserted: number;
}

/**
 * The change that made `after` of `before`; undefined if they are equal. Which of several equal letters came or went cannot
 * be seen in them: `caret` tells, the end of the selection in `after`, since people edit where it is.
 */
export function editBetween(before: string, after: string, caret = after.length): Edit | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  const alike = commonSuffix(before, after, shorter);
  const start = commonPrefix(before, after, shorter - Math.min(after.length - caret, alike));
  const suffix = Math.min(alike, shorter - start);
  return { start, end: before.length - suffix, inserted: after.length - suffix - start };
}

/** Where an offset is after an edit. One within what was replaced, or where something came, is behind what came. */
export function moved(offset: number, { start, end, inserted }: Edit): number {
  if (offset < start) return offset;
  return Math.max(offset, end) - end + start + inserted;
}

/** Whether an edit changes anything between the first and the last unit of a span. */
export function touches(edit: Edit, { start, end }: Span): boolean {
  return edit.start < end && edit.end > start;
}

/** Where a span is after an edit that does not touch it: what comes at its ends is not in it. */
export function movedSpan({ start, end }: Span, edit: Edit): Span {
  return { start: moved(start, edit), end: end <= edit.start ? end : moved(end, edit) };
}

function commonPrefix(one: string, other: string, most: number): number {
  let length = 0;
  while (length < most && one[length] === other[length]) length++;
  return length;
}

function commonSuffix(one: string, other: string, most: number): number {
  let length = 0;
  while (length < most && one.at(-1 - length) === other.at(-1 - length)) length++;
  return length;
}
