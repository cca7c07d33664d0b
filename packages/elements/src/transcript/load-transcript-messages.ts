import type { Language } from '../shared-messages/language-of.js';
import { en, type TranscriptMessages } from './messages/en-transcript.js';

/** The texts of a transcript in a language. Falls back to English if they cannot be loaded. */
export async function loadTranscriptMessages(language: Language): Promise<TranscriptMessages> {
  try {
    return await load(language);
  } catch {
    return en;
  }
}

async function load(language: Language): Promise<TranscriptMessages> {
  switch (language) {
    case 'en':
      return en;
    case 'de':
      return (await import('./messages/de-transcript.js')).de;
    case 'fr':
      return (await import('./messages/fr-transcript.js')).fr;
    case 'es':
      return (await import('./messages/es-transcript.js')).es;
  }
}
