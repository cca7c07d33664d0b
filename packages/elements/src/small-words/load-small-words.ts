import { en } from './en-words.js';

/** The small words of the language of a speech; none of one that the elements do not know. */
export async function loadSmallWords(language: string): Promise<ReadonlySet<string>> {
  switch (language.slice(0, 2).toLowerCase()) {
    case 'en':
      return en;
    case 'de':
      return (await import('./de-words.js')).de;
    case 'fr':
      return (await import('./fr-words.js')).fr;
    case 'es':
      return (await import('./es-words.js')).es;
    default:
      return new Set();
  }
}
