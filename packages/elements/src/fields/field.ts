import type { Span } from './edit.js';

/** What text can be written into: a text control, or an element that is `contenteditable`. */
export interface Field {
  readonly element: HTMLElement;
  /** Whether its text may have several lines. */
  readonly hasLines: boolean;
  readonly text: () => string;
  /** Undefined where there is none, such as in an element without the focus. */
  readonly selection: () => Span | undefined;
  readonly select: (selection: Span) => void;
  /** Whether the field takes this much more text. */
  readonly hasRoom: (units: number) => boolean;
  /**
   * Replaces a part of the text, by the browser's own editing where it can be, so that its undo takes it back, and with the
   * events of typing. `no` if the page does not allow it; the selection may be elsewhere then.
   */
  readonly replace: (span: Span, text: string) => Replaced;
  /** Replaces a part of the text without the browser's editing, and reports it: its undo does not know of that. */
  readonly put: (span: Span, text: string) => void;
  /** A part of the text in the document; absent in text controls, whose text is not in it. */
  readonly range?: (span: Span) => Range;
}

/** How a text was replaced: not at all, by the browser's own editing or the page's, or past both. */
export type Replaced = 'no' | 'edited' | 'put';

/** Tells the page that text is about to change; false if it does not allow that, or has done it itself. */
export function announceInput(element: HTMLElement, text: string, inputType?: string): boolean {
  return element.dispatchEvent(inputEvent('beforeinput', text, inputType));
}

/** Tells the page that text has changed, where the browser did not. */
export function reportInput(element: HTMLElement, text: string): void {
  element.dispatchEvent(inputEvent('input', text));
}

function inputEvent(
  type: 'beforeinput' | 'input',
  text: string,
  inputType = text === '' ? 'deleteContentBackward' : 'insertText',
): InputEvent {
  return new InputEvent(type, {
    inputType,
    data: text === '' ? null : text,
    bubbles: true,
    composed: true,
    cancelable: type === 'beforeinput',
  });
}

/** Types into whatever has the focus, as the browser does it: nothing else is taken back by its undo. */
export function typeText(text: string): void {
  if (text === '') editByBrowser('delete');
  else editByBrowser('insertText', text);
}

/** Carries out an editing command of the browser where the focus is; false if it is not possible there. */
export function editByBrowser(command: string, value?: string): boolean {
  // Deprecated, and the only way to it in all browsers.
  const editor = document as unknown as {
    execCommand: (command: string, shows: false, value?: string) => boolean;
  };
  return editor.execCommand(command, false, value);
}

/** Whether the element has the focus among those of its document or shadow root. */
export function hasFocus(element: HTMLElement): boolean {
  const root = element.getRootNode();
  return (root instanceof ShadowRoot || root instanceof Document) && root.activeElement === element;
}
