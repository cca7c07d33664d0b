import type { Language } from '../shared-messages/language-of.js';
import { en, type CommandMessages } from './messages/en-commands.js';

/** What is said of voice commands in a language. Falls back to English if it cannot be loaded. */
export async function loadCommandMessages(language: Language): Promise<CommandMessages> {
  try {
    return await load(language);
  } catch {
    return en;
  }
}

async function load(language: Language): Promise<CommandMessages> {
  switch (language) {
    case 'en':
      return en;
    case 'de':
      return (await import('./messages/de-commands.js')).de;
    case 'fr':
      return (await import('./messages/fr-commands.js')).fr;
    case 'es':
      return (await import('./messages/es-commands.js')).es;
  }
}
