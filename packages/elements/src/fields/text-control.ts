import type { Span } from './edit.js';
import { announceInput, hasFocus, reportInput, typeText, type Field } from './field.js';
import { measureText, type TextControl } from './measure-text.js';

/** A field for an `input` or a `textarea`. */
export function textControlField(element: TextControl): Field {
  const text = (): string => element.value;

  function select({ start, end }: Span): void {
    if (element.selectionStart !== start || element.selectionEnd !== end)
      element.setSelectionRange(start, end);
  }

  function replace(span: Span, replacement: string): boolean {
    const before = text();
    const wanted = before.slice(0, span.start) + replacement + before.slice(span.end);
    const { scrollTop, scrollLeft } = element;
    if (hasFocus(element)) select(span);
    if (!announceInput(element, replacement)) return text() === wanted;
    if (hasFocus(element)) typeText(replacement);
    if (text() === before && wanted !== before) {
      element.setRangeText(replacement, span.start, span.end, 'preserve');
      reportInput(element, replacement);
    }
    element.scrollTop = scrollTop;
    element.scrollLeft = scrollLeft;
    return true;
  }

  return {
    element,
    hasLines: element.localName === 'textarea',
    text,
    selection: () => ({ start: element.selectionStart ?? 0, end: element.selectionEnd ?? 0 }),
    select,
    hasRoom: (units) => element.maxLength < 0 || text().length + units <= element.maxLength,
    replace,
    rectangles: (span) => measureText(element, span),
  };
}
