import type { Span } from './edit.js';
import type { Field } from './field.js';
import { measureText, type TextControl } from './measure-text.js';

/** Where a part of a field's text is shown, in the coordinates of the window; one empty rectangle for an empty part. */
export function fieldRectangles({ element, range }: Field, span: Span): readonly DOMRect[] {
  return range ? rectanglesOf(range(span)) : measureText(element as TextControl, span);
}

function rectanglesOf(range: Range): readonly DOMRect[] {
  const rectangles = [...range.getClientRects()];
  if (rectangles.length > 0) return rectangles;
  // An empty line has no text that is shown.
  const { startContainer, startOffset } = range;
  const node = startContainer.childNodes[startOffset] ?? startContainer;
  const holder = node instanceof Element ? node : node.parentElement;
  const { x, y, height } = (holder ?? document.body).getBoundingClientRect();
  return [new DOMRect(x, y, 0, height)];
}
