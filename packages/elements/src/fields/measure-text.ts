import type { Span } from './edit.js';

/** The text controls whose selection can be read. */
export type TextControl = HTMLTextAreaElement | HTMLInputElement;

/** What decides where text stands in a text control. */
const COPIED = [
  'box-sizing',
  'direction',
  'font-family',
  'font-feature-settings',
  'font-kerning',
  'font-size',
  'font-stretch',
  'font-style',
  'font-variant',
  'font-weight',
  'letter-spacing',
  'line-height',
  'padding-bottom',
  'padding-left',
  'padding-right',
  'padding-top',
  'tab-size',
  'text-align',
  'text-indent',
  'text-transform',
  'word-break',
  'word-spacing',
];

/**
 * Where a part of the text of a text control is shown, in the coordinates of the window. Browsers do not tell, so the text is
 * laid out once more in an element that looks alike, which is there only for that.
 */
export function measureText(control: TextControl, { start, end }: Span): readonly DOMRect[] {
  const copy = document.createElement('div');
  const style = getComputedStyle(control);
  const hasLines = control.localName === 'textarea';
  for (const property of COPIED) copy.style.setProperty(property, style.getPropertyValue(property));
  const place = {
    position: 'fixed',
    visibility: 'hidden',
    margin: '0',
    border: '0',
    'inset-block-start': '0',
    'inset-inline-start': '0',
    'inline-size': hasLines ? `${control.clientWidth}px` : 'max-content',
    'overflow-wrap': 'break-word',
    'white-space': hasLines ? 'pre-wrap' : 'pre',
  };
  for (const [property, value] of Object.entries(place)) copy.style.setProperty(property, value);
  // The last character shows where text would go on.
  copy.textContent = `${control.value}\u200b`;
  // In a shadow root, where no style of the page reaches it.
  const holder = document.createElement('div');
  holder.attachShadow({ mode: 'open' }).append(copy);
  document.documentElement.append(holder);
  try {
    return rectanglesIn(copy, control, { start, end });
  } finally {
    holder.remove();
  }
}

function rectanglesIn(copy: HTMLElement, control: TextControl, { start, end }: Span): DOMRect[] {
  const range = document.createRange();
  const [text] = copy.childNodes;
  if (!text) return [];
  range.setStart(text, start);
  range.setEnd(text, Math.max(end, start + (start === end ? 1 : 0)));
  const [outer, inner] = [control.getBoundingClientRect(), copy.getBoundingClientRect()];
  const left = outer.left + control.clientLeft - inner.left - control.scrollLeft;
  // The one line of an input stands in the middle of it.
  const middle = control.localName === 'input' ? (control.clientHeight - inner.height) / 2 : 0;
  const top = outer.top + control.clientTop - inner.top - control.scrollTop + middle;
  return [...range.getClientRects()].map(
    ({ x, y, width, height }) => new DOMRect(x + left, y + top, start === end ? 0 : width, height),
  );
}
