/** What a text is written between. */
export interface Surroundings {
  readonly before: string;
  readonly after: string;
  /** Whether the field may have several lines. */
  readonly hasLines: boolean;
  /** Terms that keep their own capitals. */
  readonly keyTerms: readonly string[];
  /** Language of the speech, whose small words are known; English if undefined. */
  readonly language: string | undefined;
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

function breaks(found: string): string {
  return found.split('\n').length > 2 ? '\n\n' : '\n';
}

function withCase(text: string, { before, keyTerms, language }: Surroundings): string {
  if (keyTerms.some((term) => startsWith(text, term))) return text;
  if (beginsSentence(before))
    return SMALL_WORD.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  const [, word = '', rest = ''] = /^(\p{Lu}\p{Ll}+)(?=[\s,;:.?!]|$)(.*)/su.exec(text) ?? [];
  const isSmall = endsWithin(before) && smallWords(language).includes(word.toLowerCase());
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

/** Words that are written small unless they begin a sentence; none is a name, a letter or a polite form. */
const SMALL_WORDS: Readonly<Record<string, string>> = {
  en: 'an and any are as at both but by can does for from had has have he her his if in is it its no nor not of on or our she since so than that the their then there these they this those to was we were when which while who with without you your',
  de: 'aber als am auf aus bei bis da das dem den der des die durch ein eine einem einen einer für im in ist jedoch kein keine mit nach nicht noch oder ohne seit sowie und unter vom von vor war wegen weil zu zum zur zwei',
  fr: 'au aucun aucune aux avec car ce cette dans de des depuis du elle en et est il la le les mais ne ni non ou par pas pour puis qui sa sans se ses son sous sur un une',
  es: 'al aunque con de del desde durante el ella en es hay la las lo los ni no para pero por que se sin sobre su sus un una ya',
};

function smallWords(language = 'en'): readonly string[] {
  return SMALL_WORDS[language.slice(0, 2).toLowerCase()]?.split(' ') ?? [];
}
