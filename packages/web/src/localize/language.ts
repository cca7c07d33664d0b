import { configureLocalization } from '@lit/localize';
import { allLocales, sourceLocale, targetLocales } from './generated/locale-codes.js';

/** A language that the pages speak. */
export type Language = (typeof allLocales)[number];

/** All of them, by their own names, as they are offered. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
};

/** What a person has chosen; `browser` follows the languages that their browser asks for. */
export type LanguageChoice = Language | 'browser';

/** Whether something is a choice of language. */
export function isLanguageChoice(value: unknown): value is LanguageChoice {
  return value === 'browser' || allLocales.some((language) => language === value);
}

const { getLocale, setLocale } = configureLocalization({
  sourceLocale,
  targetLocales,
  // English is in the templates; each other language is a file of its own, which only those who read it load.
  loadLocale: (language) => CATALOGUES[language as (typeof targetLocales)[number]](),
});

const CATALOGUES = {
  de: () => import('./generated/de.js'),
  fr: () => import('./generated/fr.js'),
  es: () => import('./generated/es.js'),
} as const;

/** The language that is shown now. */
export function language(): Language {
  return getLocale() as Language;
}

/**
 * Shows the language that was chosen, once its catalogue is loaded. If it cannot be loaded, the language stays as it is, since
 * words in another language are better than none.
 */
export async function showLanguage(choice: LanguageChoice): Promise<void> {
  try {
    await setLocale(languageOf(choice, navigator.languages));
  } catch {
    // What is shown already can be read.
  }
  document.documentElement.lang = language();
}

/** The language for a choice, in a browser that asks for these languages, the dearest first. */
function languageOf(choice: LanguageChoice, asked: readonly string[]): Language {
  if (choice !== 'browser') return choice;
  const known = asked.map(withoutRegion).find((each) => allLocales.some((language) => language === each));
  return (known as Language | undefined) ?? sourceLocale;
}

/** The language with its region, where the browser names one: dates differ between `en-GB` and `en-US`. */
export function locale(): string {
  const current = language();
  // Programs without a browser make exports and sentences, too.
  const asked = (globalThis.navigator as Navigator | undefined)?.languages ?? [];
  return asked.find((each) => withoutRegion(each) === current) ?? current;
}

function withoutRegion(tag: string): string {
  return tag.split('-')[0]?.toLowerCase() ?? '';
}
