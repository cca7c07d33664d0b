/**
 * Makes a test of whether text can be written in a language: it has a letter of one of its scripts or a Latin one, and
 * no letter of others but Greek ones, which are symbols everywhere. With `auto` letters of any script will do.
 */
export function createWritable(language: string): (text: string) => boolean {
  const own = language === 'auto' ? '\\p{L}' : scriptsOf(language).map(classOf).join('');
  const letter = new RegExp(`(?=\\p{L})[${own}]`, 'u');
  const foreign = new RegExp(`(?=\\p{L})[^${own}\\p{Script=Grek}\\p{Script=Zyyy}\\p{Script=Zinh}]`, 'u');
  return (text) => letter.test(text) && !foreign.test(text) && !STRANGE.test(text);
}

/** Emoji, and characters that are no text: control and format characters, halves of pairs, and those not assigned. */
const STRANGE = /[\p{Emoji_Presentation}\p{C}\uFE0F]/u;

/** The scripts that a language is written in, by their codes of ISO 15924, with Latin for names and units. */
function scriptsOf(language: string): readonly string[] {
  const script = new Intl.Locale(language).maximize().script ?? 'Latn';
  return ['Latn', ...(COMPOUND[script] ?? [script])];
}

/** Codes that stand for several scripts, or for a way to write one. */
const COMPOUND: Readonly<Record<string, readonly string[]>> = {
  Hans: ['Hani'],
  Hant: ['Hani'],
  Jpan: ['Hani', 'Hira', 'Kana'],
  Kore: ['Hang', 'Hani'],
};

function classOf(script: string): string {
  return `\\p{Script=${script}}`;
}
