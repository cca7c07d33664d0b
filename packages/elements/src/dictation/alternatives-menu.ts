import { fieldRectangles } from '../fields/field-rectangles.js';
import type { Alternative, Doubt } from './doubts.js';

interface MenuParts {
  /** A popover with the role of a menu. */
  readonly menu: HTMLElement;
  readonly labels: {
    /** Of the menu. */
    readonly doubtful: string;
    /** Of the choice that leaves the word as it is. */
    readonly keep: string;
  };
  /** Called with what the person has decided; undefined for the word as it is. */
  readonly choose: (alternative: Alternative | undefined) => void;
}

/**
 * Opens a menu, at a doubtful word, of what else may have been said. The focus goes into it, and back into the field when it
 * closes.
 */
export function openAlternatives(doubt: Doubt, { menu, labels, choose }: MenuParts): void {
  const { writer, mark, alternatives } = doubt;
  const word = writer.text().slice(mark.start, mark.end);

  function close(): void {
    menu.hidePopover();
    writer.field.element.focus();
  }

  function item(label: string, alternative: Alternative | undefined): HTMLElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.role = 'menuitem';
    button.part.add('alternative');
    button.textContent = label;
    button.addEventListener('click', () => {
      close();
      choose(alternative);
    });
    return button;
  }

  menu.setAttribute('aria-label', `${labels.doubtful}: ${word}`);
  menu.replaceChildren(
    ...alternatives.map((alternative) => item(alternative.text, alternative)),
    item(`${labels.keep}: ${word}`, undefined),
  );
  const items = [...menu.children] as HTMLElement[];
  menu.onkeydown = (event) => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      close();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    items.at((items.findIndex((one) => one.matches(':focus')) + step) % items.length)?.focus();
  };
  const [rectangle] = fieldRectangles(writer.field, mark);
  menu.showPopover();
  menu.style.setProperty('left', `${Math.max(0, rectangle?.left ?? 0)}px`);
  menu.style.setProperty('top', `${(rectangle?.bottom ?? 0) + 4}px`);
  items[0]?.focus();
}
