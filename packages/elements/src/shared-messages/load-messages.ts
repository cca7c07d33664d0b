import { en, type Messages } from '../messages/en.js';
import type { Language } from './language-of.js';

/** The texts of a language; only English ones are there from the start. Falls back to English if they cannot be loaded. */
export async function loadMessages(language: Language): Promise<Messages> {
  try {
    return await load(language);
  } catch {
    return en;
  }
}

async function load(language: Language): Promise<Messages> {
  switch (language) {
    case 'en':
      return en;
    case 'de':
      return (await import('../messages/de.js')).de;
    case 'fr':
      return (await import('../messages/fr.js')).fr;
    case 'es':
      return (await import('../messages/es.js')).es;
  }
}
