import { make } from '../shared-styles/make.js';
import type { Alternative, Doubt } from './doubts.js';

/** A menu, at a doubtful word, of what else may have been said. */
export interface AlternativesMenu {
  readonly element: HTMLElement;
  /** Opens it for a word; the focus goes into it, and back into the field when it closes. */
  readonly open: (doubt: Doubt, labels: MenuLabels) => void;
}

interface MenuLabels {
  /** Of the menu. */
  readonly doubtful: string;
  /** Of the choice that leaves the word as it is. */
  readonly keep: string;
}

/** `choose`: what the person has decided; undefined for the word as it is. */
export function createAlternativesMenu(
  choose: (doubt: Doubt, alternative: Alternative | undefined) => void,
): AlternativesMenu {
  const element = make('div', { part: 'alternatives', role: 'menu', popover: '' });
  let returnTo: HTMLElement | undefined;

  element.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Tab') element.hidePopover();
    if (step === undefined) return;
    event.preventDefault();
    const items = [...element.children] as HTMLElement[];
    const at = items.findIndex((item) => item.matches(':focus'));
    items.at((at + step) % items.length)?.focus();
  });
  element.addEventListener('toggle', (event) => {
    if ((event).newState === 'closed') returnTo?.focus();
  });

  function open(doubt: Doubt, { doubtful, keep }: MenuLabels): void {
    const { writer, mark, alternatives } = doubt;
    const word = writer.text().slice(mark.start, mark.end);
    const item = (label: string, alternative: Alternative | undefined): HTMLElement => {
      const button = make('button', { role: 'menuitem', part: 'alternative', type: 'button' }, label);
      button.addEventListener('click', () => {
        element.hidePopover();
        returnTo?.focus();
        choose(doubt, alternative);
      });
      return button;
    };
    returnTo = writer.field.element;
    element.setAttribute('aria-label', `${doubtful}: ${word}`);
    element.replaceChildren(
      ...alternatives.map((alternative) => item(alternative.text, alternative)),
      item(`${keep}: ${word}`, undefined),
    );
    const [rectangle] = writer.field.rectangles(mark);
    element.showPopover();
    if (rectangle) {
      element.style.setProperty('left', `${Math.max(0, rectangle.left)}px`);
      element.style.setProperty('top', `${rectangle.bottom + 4}px`);
    }
    (element.firstElementChild as HTMLElement | null)?.focus();
  }

  return { element, open };
}
