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
    // Nobody is in it who could leave it, when browsers tell of what was typed.
    if (!hasFocus(element)) element.dispatchEvent(new Event('change', { bubbles: true }));
  }

  function replace(span: Span, replacement: string): Replaced {
    const before = text();
    const wanted = before.slice(0, span.start) + replacement + before.slice(span.end);
    const { scrollTop, scrollLeft } = element;
    // Even if it is selected already: Chromium ends a step of its undo then, as it does behind what is written.
    if (hasFocus(element)) element.setSelectionRange(span.start, span.end);
    if (!announceInput(element, replacement)) return text() === wanted ? 'edited' : 'no';
    if (hasFocus(element)) {
      typeText(replacement);
      element.setSelectionRange(element.selectionStart, element.selectionEnd);
    }
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
