import type { Span } from './edit.js';
import { announceInput, hasFocus, reportInput, typeText, type Field, type Replaced } from './field.js';
import type { TextControl } from './measure-text.js';

/** A field for an `input` or a `textarea`. */
export function textControlField(element: TextControl): Field {
  const text = (): string => element.value;

  function select({ start, end }: Span): void {
    if (element.selectionStart !== start || element.selectionEnd !== end)
      element.setSelectionRange(start, end);
  }

  function put({ start, end }: Span, replacement: string): void {
    element.setRangeText(replacement, start, end, 'preserve');
    reportInput(element, replacement);
  }

  function replace(span: Span, replacement: string): Replaced {
    const before = text();
    const wanted = before.slice(0, span.start) + replacement + before.slice(span.end);
    const { scrollTop, scrollLeft } = element;
    if (hasFocus(element)) select(span);
    if (!announceInput(element, replacement)) return text() === wanted ? 'edited' : 'no';
    if (hasFocus(element)) typeText(replacement);
    const isPut = text() === before && wanted !== before;
    if (isPut) put(span, replacement);
    element.scrollTop = scrollTop;
    element.scrollLeft = scrollLeft;
    return isPut ? 'put' : 'edited';
  }

  return {
    element,
    hasLines: element.localName === 'textarea',
    text,
    selection: () => ({ start: element.selectionStart ?? 0, end: element.selectionEnd ?? 0 }),
    select,
    hasRoom: (units) => element.maxLength < 0 || text().length + units <= element.maxLength,
    replace,
    put,
  };
}
