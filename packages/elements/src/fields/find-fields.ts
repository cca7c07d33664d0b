import { editableField } from './editable.js';
import type { Field } from './field.js';
import type { TextControl } from './measure-text.js';
import { textControlField } from './text-control.js';

/** All elements that text can be written into, within the element or it itself. */
export function fieldElementsIn(element: Element): readonly HTMLElement[] {
  if (isTextControl(element)) return [element];
  const host = editingHost(element);
  if (host) return [host];
  return [...(element.shadowRoot?.children ?? []), ...element.children].flatMap(fieldElementsIn);
}

/** The field that the person is in, through open shadow roots. */
export function focusedFieldElement(): HTMLElement | undefined {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element ? ownFieldElement(element) : undefined;
}

/** The field that an element is, or is a part of. */
export function ownFieldElement(element: Element): HTMLElement | undefined {
  return isTextControl(element) ? element : editingHost(element);
}

/** The elements of these ids: in the same shadow root if it has them, else in the document. */
export function elementsById(ids: string, from: Element): readonly Element[] {
  const root = from.getRootNode() as Document | ShadowRoot;
  return ids
    .split(/\s+/)
    .filter((id) => id !== '')
    .map((id) => root.getElementById(id) ?? document.getElementById(id))
    .filter((element) => element !== null);
}

/** A field for the element. */
export function fieldOf(element: HTMLElement): Field {
  return isTextControl(element) ? textControlField(element) : editableField(element);
}

/** Whether a person could write into it now. */
export function isWritable(element: HTMLElement): boolean {
  if (!element.isConnected) return false;
  if (isTextControl(element)) return !element.readOnly && !element.matches(':disabled');
  return element.isContentEditable;
}

const TYPES = ['text', 'search', 'url', 'tel'];

function isTextControl(element: Element): element is TextControl {
  return (
    element instanceof HTMLTextAreaElement ||
    (element instanceof HTMLInputElement && TYPES.includes(element.type))
  );
}

function editingHost(element: Element): HTMLElement | undefined {
  if (!(element instanceof HTMLElement) || !element.isContentEditable) return undefined;
  const parent = element.parentElement;
  return (parent && editingHost(parent)) ?? element;
}
