import { DictationElement } from './dictation/dictation-element.js';

/** Defines `<auscult-dictation>` in this document, unless something of that name is defined already. */
export function defineElements(): void {
  define('auscult-dictation', DictationElement);
}

function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
