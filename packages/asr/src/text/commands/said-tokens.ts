/** A piece of a text that is said by itself, and the word that it belongs to. */
export interface SaidToken {
  readonly said: string;
  /** Place of its word. */
  readonly word: number;
}

/**
 * What is said in words, whatever their case, punctuation and hyphens. In English, numbers are spelled out as they are said,
 * so that `2` and `two` are the same. Signs that change what a number says, such as a minus, are kept.
 */
export function saidTokens(words: readonly string[], isEnglish: boolean): readonly SaidToken[] {
  return words.flatMap((word, at) => tokensOf(word, isEnglish).map((said) => ({ said, word: at })));
}

function tokensOf(word: string, isEnglish: boolean): readonly string[] {
  const found = word.normalize('NFKC').toLowerCase().replaceAll('’', "'").match(TOKEN) ?? [];
  return found.flatMap((token) => (isEnglish && /^\d/u.test(token) ? spelled(token) : [token]));
}

/** A word, a number, a sign between two digits, a minus before one, and whatever is no punctuation between words. */
const TOKEN =
  /\p{L}[\p{L}\p{M}]*(?:'\p{L}+)*|\d+(?:,\d{3})*(?:\.\d+)?|(?<=\d)[^\s\p{L}\d](?=\d)|(?<!\p{L})[-−–](?=\d)|[^\s\p{L}\p{M}\p{Pd}\d.,;:?!'"“”‘()[\]…]/gu;

/** A number as it is said, if it is said in one way; else its digits. */
function spelled(numeral: string): readonly string[] {
  const [whole = '', decimals] = numeral.replaceAll(',', '').split('.');
  const before = cardinal(whole);
  if (before === undefined) return [numeral];
  return decimals === undefined ? before : [...before, 'point', ...digitsOf(decimals)];
}

function cardinal(digits: string): readonly string[] | undefined {
  if (digits.length > 1 && digits.startsWith('0')) return undefined;
  const value = Number(digits);
  if (value >= 1_000_000) return undefined;
  if (value < 1000) return belowThousand(value);
  return [
    ...belowThousand(Math.floor(value / 1000)),
    'thousand',
    ...(value % 1000 ? belowThousand(value % 1000) : []),
  ];
}

function belowThousand(value: number): readonly string[] {
  if (value < 20) return [SMALL[value] ?? ''];
  if (value < 100)
    return [TENS[Math.floor(value / 10)] ?? '', ...(value % 10 ? [SMALL[value % 10] ?? ''] : [])];
  return [
    SMALL[Math.floor(value / 100)] ?? '',
    'hundred',
    ...(value % 100 ? belowThousand(value % 100) : []),
  ];
}

function digitsOf(digits: string): readonly string[] {
  return Array.from(digits, (digit) => SMALL[Number(digit)] ?? '');
}

const SMALL = (
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
  'eighteen nineteen'
).split(' ');
const TENS = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
