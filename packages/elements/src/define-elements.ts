import { DictationElement } from './dictation/dictation-element.js';
import { TranscriptElement } from './transcript/transcript-element.js';

/** Defines `<auscult-dictation>` and `<auscult-transcript>` in this document, unless something of these names is defined already. */
export function defineElements(): void {
  define('auscult-dictation', DictationElement);
  define('auscult-transcript', TranscriptElement);
}

function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
