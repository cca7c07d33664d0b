import { make } from '../shared-styles/make.js';
import type { TranscriptMessages } from './messages/en-transcript.js';

/** A form or a group that a person has opened below what it is about. */
export interface Panel {
  readonly isOpen: () => boolean;
  /** Shows it in place of another, with the focus in it. */
  readonly open: (content: HTMLElement) => void;
  /** Closes it after `act`, and puts the focus back. */
  readonly leave: (act?: () => void) => void;
  /** A form with fields, a button that saves and one that leaves everything as it was. */
  readonly form: (
    label: string,
    messages: TranscriptMessages,
    fields: readonly Node[],
    save: () => void,
  ) => HTMLFormElement;
}

/**
 * @param host what it stands in
 * @param released called when a person has left it
 * @param focus puts the focus back
 */
export function createPanel(host: HTMLElement, released: () => void, focus: () => void): Panel {
  let shown: HTMLElement | undefined;

  function close(): void {
    shown?.remove();
    shown = undefined;
  }

  function leave(act: () => void = () => undefined): void {
    close();
    act();
    released();
    if (host.isConnected) focus();
  }

  return {
    leave,
    isOpen: () => shown !== undefined,
    open: (content) => {
      close();
      shown = content;
      content.addEventListener('keydown', (event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        leave();
      });
      host.append(content);
      content.querySelector<HTMLElement>('textarea, input, button')?.focus();
    },
    form: (label, messages, fields, save) => {
      const made = make('form', { part: 'editor', 'aria-label': label }, ...fields);
      made.append(
        make('button', { part: 'save' }, messages.save),
        button('cancel', messages.cancel, () => {
          leave();
        }),
      );
      made.addEventListener('submit', (event) => {
        event.preventDefault();
        leave(save);
      });
      return made;
    },
  };
}

/** A button that does something. */
export function button(part: string, label: string, act: () => void): HTMLButtonElement {
  const made = make('button', { part, type: 'button' }, label);
  made.addEventListener('click', act);
  return made;
}

/** A choice of one of these, as value and text. */
export function select(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  selected: string,
): HTMLSelectElement {
  const choices = options.map(([value, text]) =>
    make('option', { value, ...(value === selected && { selected: '' }) }, text),
  );
  return make('select', { part: 'field', 'aria-label': label }, ...choices);
}
