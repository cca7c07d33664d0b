import { isOrdinal, isNumberWord } from './number-words.js';
import { isUnitWord } from './unit-names.js';

/** A spoken word, or a part of a compound one, without the punctuation around it. */
export interface Token {
  /** The number of the word that it belongs to. */
  readonly word: number;
  /** The token as it was spelled. */
  readonly text: string;
  readonly lower: string;
  /** Punctuation before it. */
  readonly before: string;
  /** Punctuation after it. */
  readonly after: string;
  readonly beginsWord: boolean;
  readonly endsWord: boolean;
}

/**
 * Splits words into tokens: punctuation from letters, `twenty-five` and `25mg` in two, `6x9mm` in four. `word`
 * numbers the words in the order given.
 */
export function tokenize(words: readonly string[]): Token[] {
  return words.flatMap((word, index) => tokensOf(word, index, words[index + 1]));
}

/** Whether only a space stands between a token and the next. */
export function adjoins(left: Token | undefined, right: Token | undefined): boolean {
  return left !== undefined && right !== undefined && left.after === '' && right.before === '';
}

function tokensOf(word: string, index: number, next: string | undefined): Token[] {
  if (isBare(word)) return [tokenOf(word, index, {})];
  const [, before = '', core = '', after = ''] = EDGES.exec(word) ?? [];
  const meridiem = MERIDIEM.exec(word);
  if (meridiem !== null) {
    const [, letter = '', dot = '', end = '', more = ''] = meridiem;
    // The last dot of "p.m." also ends the sentence unless that goes on; the dot of "PM." does nothing else.
    const isEnd = end !== '' && (dot === '' || (more === '' && beginsSentence(next)));
    const trail = isEnd ? `.${more}` : more;
    return [tokenOf(`${letter}m`, index, { after: trail })];
  }
  const parts = partsOf(withoutHyphen(core));
  return parts.map((text, part) =>
    tokenOf(text, index, {
      before: part === 0 ? before : '',
      after: part === parts.length - 1 ? after : '',
      beginsWord: part === 0,
      endsWord: part === parts.length - 1,
    }),
  );
}

/**
 * Whether a sentence begins with a word, or the text has ended. A capital proves nothing if it belongs to a day, a month or
 * a title.
 */
function beginsSentence(word: string | undefined): boolean {
  if (word === undefined) return true;
  return /^["“(]*\p{Lu}(?:\p{Ll}|$)/u.test(word) && !NAMED.test(word);
}

const NAMED =
  /^["“(]*(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|december|dr|mr|mrs|ms|eastern|central|pacific)\b/iu;

/** Whether a word is only letters, as most are: there is nothing to split. */
function isBare(word: string): boolean {
  return /^\p{L}+$/u.test(word) && !(word.length === 2 && MERIDIEM.test(word));
}

function tokenOf(text: string, word: number, rest: Partial<Token>): Token {
  const lower = text.toLowerCase().replaceAll('’', "'");
  return { word, text, lower, before: '', after: '', beginsWord: true, endsWord: true, ...rest };
}

/** `twenty-`, cut off or from `five- to ten-day`, is a number as well. */
function withoutHyphen(core: string): string {
  return core.endsWith('-') && isNumberWord(core.slice(0, -1).toLowerCase()) ? core.slice(0, -1) : core;
}

function partsOf(core: string): readonly string[] {
  const glued = GLUED_UNIT.exec(core);
  if (glued !== null && isUnitWord((glued[2] ?? '').toLowerCase().split('/')[0] ?? ''))
    return glued.slice(1, 3);
  const size = GLUED_SIZE.exec(core);
  if (size !== null && (size[4] === '' || isUnitWord((size[4] ?? '').toLowerCase())))
    return size.slice(1).filter((part) => part !== '');
  const parts = core.split('-');
  const [first = '', ...rest] = parts;
  if (rest.length === 0 || !(isNumberWord(first.toLowerCase()) || NUMERAL.test(first))) return [core];
  const spelledNumber = rest.every((part) => partsNumber(part.toLowerCase()));
  return spelledNumber ? parts : [core];
}

function partsNumber(part: string): boolean {
  return isNumberWord(part) || isOrdinal(part) || isUnitWord(part) || HYPHENATED.has(part);
}

/** Other words that are hyphenated with numbers. */
const HYPHENATED: ReadonlySet<string> = new Set([
  ...['and', 'a', 'half', 'old', 'over', 'to', 'point', 'oh', 'plus'],
  ...['halves', 'thirds', 'quarter', 'quarters', 'fourths', 'fifths', 'sixths', 'eighths', 'tenths'],
]);

const NUMERAL = /^\d+(?:\.\d+)?$/u;
const GLUED_UNIT = /^((?:\d[\d,]*)?\.?\d+)([a-zµμ]+(?:\/[a-zµμ]+)*)$/iu;
/** `6x9mm` */
const GLUED_SIZE = /^(\d+(?:\.\d+)?)([x×])(\d+(?:\.\d+)?)([a-z]*)$/iu;
const MERIDIEM = /^([ap])(\.?)m(\.?)([,;:!?)]*)$/iu;
/** A point before a digit belongs to the number. */
const EDGES = /^([("'“‘[]*)(.*?)([.,;:!?)"'”’\]]*)$/su;
