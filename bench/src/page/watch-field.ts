import type { FinalWords } from './shown-on-page.js';
import type { Sightings } from './watch-page.js';

interface Watched {
  partials: { at: number; finals: number; text: string }[];
  finalsAt: number[];
}

type Scope = typeof globalThis & {
  sightings: Watched;
  finalWords: FinalWords[];
};

/**
 * Runs in a page that has the script of the elements: puts a field and `<auscult-dictation>` in place of its content, and
 * notes what stands over the field and when finals are in it.
 */
export function watchField(): void {
  const { sightings } = globalThis as Scope;
  const finalWords: FinalWords[] = [];
  (globalThis as Scope).finalWords = finalWords;
  const field = document.createElement('textarea');
  field.rows = 20;
  field.cols = 80;
  field.id = 'note';
  const element = document.createElement('auscult-dictation');
  element.setAttribute('for', 'note');
  // As spoken, so that words can be counted.
  element.setAttribute('written-form', 'off');
  element.setAttribute('dictation-commands', 'off');
  element.addEventListener('auscult-final', (event) => {
    const { segment } = (event as CustomEvent<{ readonly segment: { readonly words?: FinalWords } }>).detail;
    finalWords.push(segment.words ?? []);
    sightings.finalsAt.push(performance.now());
  });
  document.body.replaceChildren(field, element);
  field.focus();
  const root = element.shadowRoot;
  if (!root) throw new Error('The page has no elements.');
  new MutationObserver(() => {
    const text = root.querySelector('[part~=provisional]')?.textContent.trim() ?? '';
    if (text !== '' && text !== sightings.partials.at(-1)?.text)
      sightings.partials.push({ at: performance.now(), finals: sightings.finalsAt.length, text });
  }).observe(root, { childList: true, subtree: true, characterData: true });
}

/** Runs in the page: returns what was observed, and the words of the finals. */
export function takeFieldSightings(): {
  readonly sightings: Sightings;
  readonly finals: readonly FinalWords[];
} {
  const { sightings, finalWords } = globalThis as unknown as {
    readonly sightings: Sightings;
    readonly finalWords: readonly FinalWords[];
  };
  return { sightings, finals: finalWords };
}
