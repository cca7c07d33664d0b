/**
 * Makes a test of whether text can belong to a language: it has a letter of one of the language's scripts or a Latin
 * one, and no letters of other scripts except Greek ones, which serve as symbols everywhere. With `auto`, any script
 * is accepted.
 */
export function createWritable(language: string): (text: string) => boolean {
  const own = language === 'auto' ? '\\p{L}' : scriptsOf(language).map(classOf).join('');
  const letter = new RegExp(`(?=\\p{L})[${own}]`, 'u');
  const foreign = new RegExp(`(?=\\p{L})[^${own}\\p{Script=Grek}\\p{Script=Zyyy}\\p{Script=Zinh}]`, 'u');
  return (text) => letter.test(text) && !foreign.test(text) && !STRANGE.test(text);
}

/** Emoji, and characters that are no text: control and format characters, lone surrogates, and those not assigned. */
const STRANGE = /[\p{Emoji_Presentation}\p{C}\uFE0F]/u;

/** The scripts that a language is written in, by their codes of ISO 15924, with Latin for names and units. */
function scriptsOf(language: string): readonly string[] {
  const script = new Intl.Locale(language).maximize().script ?? 'Latn';
  return ['Latn', ...(COMPOUND[script] ?? [script])];
}

/** Codes that stand for several scripts, or for a variant of one. */
const COMPOUND: Readonly<Record<string, readonly string[]>> = {
  Hans: ['Hani'],
  Hant: ['Hani'],
  Jpan: ['Hani', 'Hira', 'Kana'],
  Kore: ['Hang', 'Hani'],
};

function classOf(script: string): string {
  return `\\p{Script=${script}}`;
}
