/** What a text is written between. */
export interface Surroundings {
  readonly before: string;
  readonly after: string;
  /** Whether the field may have several lines. */
  readonly hasLines: boolean;
  /** Terms that keep their own capitals. */
  readonly keyTerms: readonly string[];
  /** Words of the language that are written small unless they begin a sentence. */
  readonly smallWords: ReadonlySet<string>;
}

/**
 * A dictated text as it is to be written there: with the spaces it needs, a capital at the beginning of a sentence, a small
 * letter within one if its first word is surely no name, and no full stop where the sentence goes on. It is never joined to a
 * digit, point or sign that would make another number of it.
 */
export function fitText(text: string, surroundings: Surroundings): string {
  const { before, after, hasLines } = surroundings;
  const said = hasLines ? text.replaceAll(/[ \n]*\n[ \n]*/g, breaks) : text.replaceAll(/\s+/g, ' ').trim();
  if (said === '') return '';
  const ended = withEnd(withCase(said, surroundings), after);
  return (needsSpaceBefore(before, ended) ? ' ' : '') + ended + (needsSpaceAfter(ended, after) ? ' ' : '');
}

/** What has to stand between two texts that come together, so that neither a word nor a number is made of both. */
export function gapFor(before: string, after: string): string {
  const makesWord = /[\p{L}\p{N}][.,:/'’]?$/u.test(before) && /^[.,:/'’]?[\p{L}\p{M}\p{N}%‰°]/u.test(after);
  const makesNumber = /([-+−–.,]|\p{N}|\p{L})$/u.test(before) && /^[-+−–]?[.,]?\p{N}/u.test(after);
  return makesWord || makesNumber ? ' ' : '';
}

function breaks(found: string): string {
  return found.split('\n').length > 2 ? '\n\n' : '\n';
}

function withCase(text: string, { before, keyTerms, smallWords }: Surroundings): string {
  if (keyTerms.some((term) => startsWith(text, term))) return text;
  if (beginsSentence(before))
    return SMALL_WORD.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  const [, word = '', rest = ''] = /^(\p{Lu}\p{Ll}+)(?=[\s,;:.?!]|$)(.*)/su.exec(text) ?? [];
  const isSmall = endsWithin(before) && smallWords.has(word.toLowerCase());
  return isSmall && !/^\s+\p{Lu}/u.test(rest) ? word.toLowerCase() + text.slice(word.length) : text;
}

/** A word without capitals and digits: `pH` and `p53` stay as they are. */
const SMALL_WORD = /^\p{Ll}[^\p{Lu}\p{N}\s]*(?=\s|$)/u;

function startsWith(text: string, term: string): boolean {
  return text.startsWith(term) && !/^[\p{L}\p{N}]/u.test(text.slice(term.length));
}

function beginsSentence(before: string): boolean {
  return (
    /(^|\n)[ \t]*$|[.?!…]["”’)\]]*\s+$|[\p{L})][.?!…]["”’)\]]*$/u.test(before) && !SHORT_FORM.test(before)
  );
}

/** Short forms after which a sentence goes on. */
const SHORT_FORM = /(^|[\s(])(Drs?|Mrs?|Ms|Prof|vs|e\.g|i\.e|approx|bzw|ca|Sra?|Mme|M)\.\s*$/u;

/** Whether a sentence goes on behind it. */
function endsWithin(before: string): boolean {
  return /[\p{L}\p{N},;)%]\s*$/u.test(before) && !before.endsWith('\n');
}

function withEnd(text: string, after: string): string {
  const goesOn = /^\s*(\p{Ll}|[,;:.?!)])/u.test(after);
  return goesOn && !after.startsWith('\n') ? text.replace(/(?<!\.\p{L}|\.)\.$/u, '') : text;
}

function needsSpaceBefore(before: string, text: string): boolean {
  if (before === '' || /^\s/.test(text)) return false;
  // A digit stays apart even from a sign: `-` and `5` are not -5.
  if (/^[.,+\-−]?\p{N}/u.test(text)) return !/(\s|[([{“„«])$/u.test(before);
  return !/^[.,;:?!)\]}”»%]/u.test(text) && !/(\s|[([{“„«/\-–])$/u.test(before);
}

function needsSpaceAfter(text: string, after: string): boolean {
  if (after === '' || /^\s/.test(after) || /\s$/.test(text)) return false;
  if (/^[.,:/+\-−–]?\p{N}/u.test(after)) return !/[([{“„«]$/u.test(text);
  return !/^[.,;:?!)\]}”»%]/u.test(after) && !/[([{“„«]$/u.test(text);
}
