import { isNumberish, numberRunAt, relationOf, type Side } from './number-runs.js';
import { tokensOf, type Token } from './tokens.js';
import { DIGITS, NEGATIONS, SCALES, UNITS } from './vocabulary.js';

export type { Side } from './number-runs.js';

/** The numbers, units, relations and negations of a text, in order, for every possible meaning of the text. */
export interface Reading {
  readonly rows: ReadonlySet<string>;
}

/** Reads a text. */
export function readNumbers(text: string, side: Side): Reading {
  return readTokens(tokensOf(text), side);
}

/** Reads tokens. */
export function readTokens(tokens: readonly Token[], side: Side): Reading {
  const key = `${side} ${tokens.map((token) => Object.values(token).join()).join(' ')}`;
  const known = readings.get(key);
  if (known) return known;
  if (readings.size > MOST_KEPT) readings.clear();
  const reading = read(tokens, side);
  readings.set(key, reading);
  return reading;
}

/** The latest readings, which are needed again, since a phrase is read with every cut. */
const readings = new Map<string, Reading>();
const MOST_KEPT = 500;

function read(tokens: readonly Token[], side: Side): Reading {
  let rows: string[] = [''];
  for (let at = 0; at < tokens.length;) {
    const run = numberRunAt(tokens, at, side);
    const { end, readings: said } = run ?? plain(tokens, at);
    const texts = said.map((row) => row.join(' '));
    if (texts.length !== 1 || texts[0] !== '')
      rows = rows
        .flatMap((row) => texts.map((more) => (more === '' ? row : `${row} ${more}`)))
        .slice(0, MOST);
    at = end;
  }
  return { rows: new Set(rows) };
}

/** The most readings of a text; phrases have fewer. */
const MOST = 20_000;

interface Plain {
  readonly end: number;
  readonly readings: readonly (readonly string[])[];
}

/** A token that is no number. */
function plain(tokens: readonly Token[], at: number): Plain {
  const says = (end: number, ...readings: string[][]): Plain => ({ end, readings });
  const text = tokens[at]?.text ?? '';
  const next = tokens[at + 1]?.text ?? '';
  const rest = tokens.slice(at, at + 3).map((token) => token.text);
  const follows = isNumberish(tokens, at - 1);
  if (NEGATIONS.has(text) || text.endsWith("n't")) return says(at + 1, [text]);
  if (text === 'plus' || text === '+')
    return says(at + 1, follows || isNumberish(tokens, at + 1) ? ['+'] : []);
  if (text === '-') return says(at + 1, [follows || isUnit(tokens, at - 1) ? 'to' : 'minus']);
  if (text === 'minus') return says(at + 1, ['minus']);
  if (text === 'negative' && isNumberish(tokens, at + 1)) return says(at + 1, ['minus'], ['negative']);
  if (rest[0] === 'millimeters' && rest[1] === 'of' && rest[2] === 'mercury') return says(at + 3, ['mmhg']);
  if (rest[0] === 'beats' && rest[1] === 'per' && rest[2] === 'minute') return says(at + 3, ['bpm']);
  if (text === 'q' && next === 'o' && rest[2] === 'd') return says(at + 3, ['day']);
  if (text === 'qod') return says(at + 1, ['day']);
  if (text === 'q' && next === 'd') return says(at + 2, ['daily']);
  if (text === 'per' && next === 'cent') return says(at + 2, ['%']);
  if (follows && text === 'c' && next === 'c') return says(at + 2, ['ml']);
  if (follows && (text === 'a' || text === 'p') && next === 'm') {
    return says(at + 2, [`${text}m`]);
  }
  if (text === 'degrees' || text === 'degree' || text === '°')
    return says(at + 1, ['fahrenheit', 'celsius', 'f', 'c'].includes(next) ? [] : ['degree']);
  if (text === 'c' && tokens[at - 1]?.text === '°') return says(at + 1, ['celsius']);
  if (text === '%') return says(at + 1, ['%']);
  if (isUnit(tokens, at)) return says(at + 1, [UNITS.get(text) ?? text]);
  const relation = relationOf(tokens, at);
  const end = text === 'out' && relation !== undefined ? at + 2 : at + 1;
  const isBetween =
    (follows || isUnit(tokens, at - 1) || ['+', 'plus', '%'].includes(tokens[at - 1]?.text ?? '')) &&
    (isNumberish(tokens, end) || (tokens[end]?.text === 'a' && SCALES.has(tokens[end + 1]?.text ?? '')));
  if (relation !== undefined && isBetween)
    return says(
      end,
      [end === at + 2 ? '/' : relation].filter((one) => one !== ''),
    );
  return says(at + 1, []);
}

function isUnit(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at];
  if (token === undefined || !UNITS.has(token.text)) return token?.text === '%';
  const { text } = token;
  const follows = isNumberish(tokens, at - 1) || (text === 'f' && tokens[at - 1]?.text === '°');
  if (text === 'am' || text === 'pm') return follows;
  if (text.length > 1) return true;
  const behind = tokens[at + 1];
  const isLetterOfNext =
    behind !== undefined &&
    (behind.kind === 'digits'
      ? behind.glued
      : DIGITS.has(behind.text) && /^\p{L}$/u.test(tokens[at - 2]?.text ?? ''));
  const behindSlash = tokens[at - 1]?.text === '/' && isUnit(tokens, at - 2);
  return (follows && !isLetterOfNext) || (behindSlash && ['g', 'l', 'h'].includes(text));
}
