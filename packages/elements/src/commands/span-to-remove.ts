import type { Span } from '../fields/edit.js';

/** What is to be removed with a selected text: one of the two spaces that would be left too. */
export function spanToRemove(text: string, { start, end }: Span): Span {
  const [before, after] = [text.slice(0, start), text.slice(end)];
  if (/(^|\s)$/.test(before) && after.startsWith(' ')) return { start, end: end + 1 };
  if (before.endsWith(' ') && /^($|[\s.,;:?!])/.test(after)) return { start: start - 1, end };
  return { start, end };
}
