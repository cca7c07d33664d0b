import { fitText, type Surroundings } from '../fields/fit-text.js';
import { fieldRectangles } from '../fields/field-rectangles.js';
import type { Field } from '../fields/field.js';
import { make } from '../shared-styles/make.js';
import type { Provisional } from './dictation.js';
import type { Doubt } from './doubts.js';

/** Shows over the fields what is not in them: provisional text where it will be, and the marks of doubtful words. */
export interface Overlay {
  readonly element: HTMLElement;
  /** Draws everything once more before the next picture. */
  readonly update: () => void;
  /** The same where anything is shown: something in the page has moved. */
  readonly follow: () => void;
}

interface OverlayParts {
  readonly provisional: () => Provisional | undefined;
  readonly doubts: () => readonly Doubt[];
  readonly fitting: () => Pick<Surroundings, 'keyTerms' | 'smallWords'>;
}

export function createOverlay({ provisional, doubts, fitting }: OverlayParts): Overlay {
  const text = make('div', { part: 'provisional' });
  const element = make('div', { class: 'overlay', popover: 'manual', 'aria-hidden': 'true' });
  let isDue = false;

  function draw(): void {
    isDue = false;
    if (!element.isConnected) return;
    const shown = provisional();
    const marks = doubts().flatMap(({ writer, mark }) => boxes(writer.field, mark, 'doubt'));
    if (shown) {
      const { writer, place } = shown;
      const current = writer.text();
      const surroundings = { before: current.slice(0, place.start), after: current.slice(place.end) };
      text.textContent = fitText(shown.text, {
        ...fitting(),
        ...surroundings,
        hasLines: writer.field.hasLines,
      });
      marks.push(...boxes(writer.field, place, 'replaced'));
      putAt(text, writer.field, place.end, surroundings.after.trim() === '' && place.start === place.end);
    }
    element.replaceChildren(...marks, ...(shown ? [text] : []));
    element.togglePopover(element.hasChildNodes());
  }

  function update(): void {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(draw);
  }

  return {
    element,
    update,
    follow: () => {
      if (element.hasChildNodes()) update();
    },
  };
}

/** A box over each line of a part of a field's text, as far as it can be seen. */
function boxes(
  field: Field,
  span: { readonly start: number; readonly end: number },
  part: string,
): HTMLElement[] {
  if (!field.element.isConnected || span.start === span.end) return [];
  const area = field.element.getBoundingClientRect();
  return fieldRectangles(field, span)
    .filter(({ top, bottom, left }) => bottom <= area.bottom + 1 && top >= area.top - 1 && left <= area.right)
    .map(({ x, y, width, height }) => {
      const box = make('div', { part });
      place(box, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
      return box;
    });
}

/** Puts the provisional text where it will be, as the field writes; below that line if other text stands behind it. */
function putAt(text: HTMLElement, field: Field, offset: number, isLast: boolean): void {
  const { element } = field;
  const [caret = element.getBoundingClientRect()] = fieldRectangles(field, { start: offset, end: offset });
  const area = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const [padding, lineHeight] = [parseFloat(style.paddingLeft), parseFloat(style.lineHeight)];
  const left = area.left + element.clientLeft + padding;
  const width = element.clientWidth - padding - parseFloat(style.paddingRight);
  const isInLine = isLast && field.hasLines && caret.top >= area.top && caret.bottom <= area.bottom;
  text.toggleAttribute('data-below', !isInLine);
  for (const property of ['font', 'letter-spacing', 'line-height'])
    text.style.setProperty(property, style.getPropertyValue(property));
  const isClear = /^(transparent|rgba\(.*, 0\))$/.test(style.backgroundColor);
  place(text, {
    left: `${left}px`,
    'background-color': isInLine && !isClear ? style.backgroundColor : '',
    ...(isInLine
      ? {
          top: `${caret.top - (lineHeight > 0 ? (lineHeight - caret.height) / 2 : 0)}px`,
          width: `${width}px`,
          'text-indent': `${caret.left - left}px`,
        }
      : {
          top: `${Math.min(Math.max(caret.bottom, area.top), area.bottom) + 2}px`,
          width: `${width}px`,
          'text-indent': '0',
        }),
  });
}

function place(element: HTMLElement, properties: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(properties)) element.style.setProperty(name, value);
}
