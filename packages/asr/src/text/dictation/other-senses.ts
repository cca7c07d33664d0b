import type { Word } from '../../live/live-transcription.js';
import {
  ANNOUNCEMENTS,
  BOWEL,
  CAPPED,
  CAPS,
  COMAS,
  COURSES,
  DETERMINERS,
  FESTERS,
  FLOWS,
  GERMS,
  HEADINGS,
  HEART,
  HISTORIES,
  LINED,
  LINES,
  MENSTRUAL,
  ORGANS,
  PERIODS,
  SCRATCHERS,
  SHAPES,
  SORES,
  UNCONSCIOUS,
} from './sense-words.js';

/** Words that might be a command, and their context. */
export interface PhrasePlace {
  readonly words: readonly Word[];
  /** The first word of the phrase. */
  readonly at: number;
  /** How many words it has. */
  readonly length: number;
  /** The words said before these, as `bareWord` gives them, the latest last. */
  readonly before: readonly string[];
}

/**
 * Whether a phrase that stands alone like a command may be about the patient: a colon, a period, a line in the arm. A
 * missing mark does less harm than a missing organ, so a phrase that may be either stays text.
 */
export function mayBeText(said: string, place: PhrasePlace): boolean {
  const left = place.words[place.at - 1];
  const isOpen = left !== undefined && !/[.?!:;]["”’)]*$/u.test(left.text);
  if (isOpen && DETERMINERS.has(bareWord(left))) return true;
  return SENSE_TESTS.get(said)?.(place) ?? false;
}

/** A word in lower case without the punctuation around it. */
export function bareWord(word: Word | undefined): string {
  return word?.text.toLowerCase().replace(/^[("“]+|[.,;:?!)"”]+$/gu, '') ?? '';
}

/** Whether the words in a place may be about the patient. */
type SenseTest = (place: PhrasePlace) => boolean;

/** Whether `colon` may be the organ: it can be the mark only after a heading under which no organ is named. */
const organ: SenseTest = (place) => {
  const heading = wordsBefore(place, 2).reverse();
  const [nearest = '', second = ''] = heading;
  const isSure = HEADINGS.has(nearest) || (nearest === 'history' && HISTORIES.has(second));
  const isLikely = ANNOUNCEMENTS.has(nearest) && !wordsAround(place, 8).some((word) => ORGANS.has(word));
  return !(isSure || isLikely) || BOWEL.has(wordBehind(place)) || (isLikely && isFound(place));
};

/** Whether only a finding follows, as after an organ: `results, colon, normal.`. `Colon, normal chest` goes on. */
function isFound({ words, at, length }: PhrasePlace): boolean {
  const finding = words[at + length];
  const isAlone = at + length + 1 === words.length || /[.,;]["”’)]*$/u.test(finding?.text ?? '');
  return isAlone && FINDINGS.test(bareWord(finding));
}

const FINDINGS = /^(?:(?:ab)?normal|negative|positive|clean|empty|full|\p{L}+(?:ed|ous|ic|al))$/u;

const menstruation: SenseTest = (place) => {
  const [left = ''] = wordsBefore(place, 1);
  if (left === '' || PERIODS.has(left)) return true;
  if (wordsAround(place, 12).some((word, index, words) => isMenstrual(word, words[index - 1]))) return true;
  const behind = wordBehind(place);
  if (!endsSentence(place)) return COURSES.has(behind);
  return FLOWS.has(behind) && !HEART.has(bareWord(place.words[place.at + place.length + 1]));
};

function isMenstrual(word: string, left = ''): boolean {
  return MENSTRUAL.has(word) || (word === 'period' && (PERIODS.has(left) || DETERMINERS.has(left)));
}

/** Whether `comma` may be a coma, as a model may spell it. */
const coma: SenseTest = (place) => {
  const [left = ''] = wordsBefore(place, 1);
  if (left === '' || COMAS.has(left)) return true;
  return wordsAround(place, 6).some((word) => UNCONSCIOUS.has(word) || GERMS.has(word));
};

const catheter: SenseTest = (place) => {
  const behind = wordsBehind(place, 5);
  if (LINED.has(behind[0] ?? '') || behind.some((word) => LINES.has(word))) return true;
  return wordsBefore(place, 5).some((word) => LINES.has(word));
};

const itch: SenseTest = (place) => {
  const [left = ''] = wordsBefore(place, 1);
  const isAsked = !endsSentenceBefore(place) && SCRATCHERS.has(left);
  const itches = wordsBefore(place, 8).some(
    (word, index, words) => ITCHES.test(word) && !(word === 'scratch' && words[index + 1] === 'that'),
  );
  const behind = wordsBehind(place, 3);
  return (
    isAsked ||
    itches ||
    FESTERS.has(behind[0] ?? '') ||
    behind.some((word) => ITCHES.test(word) || RASHES.test(word) || SORES.has(word))
  );
};

const capsule: SenseTest = (place) => {
  const own = place.words[place.at];
  if (own === undefined || /[.,;:?!]$/u.test(own.text)) return true;
  const [left = ''] = wordsBefore(place, 1);
  const isCounted = /^\d/u.test(left) || CAPPED.has(left);
  return isCounted || CAPS.has(bareWord(place.words[place.at + 1]));
};

const shape: SenseTest = (place) => wordsBefore(place, 1).length === 0 || SHAPES.has(wordBehind(place));

function wordBehind({ words, at, length }: PhrasePlace): string {
  return bareWord(words[at + length]);
}

function wordsBehind({ words, at, length }: PhrasePlace, most: number): string[] {
  return words.slice(at + length, at + length + most).map(bareWord);
}

function wordsBefore({ words, at, before }: PhrasePlace, most: number): string[] {
  return [...before, ...words.slice(0, at).map(bareWord)].slice(-most);
}

function wordsAround(place: PhrasePlace, most: number): string[] {
  return [...wordsBefore(place, most), ...wordsBehind(place, most)];
}

function endsSentence({ words, at, length }: PhrasePlace): boolean {
  return words.length === at + length || /[.?!]["”’)]*$/u.test(words[at + length - 1]?.text ?? '');
}

function endsSentenceBefore({ words, at }: PhrasePlace): boolean {
  return at > 0 && /[.?!]["”’)]*$/u.test(words[at - 1]?.text ?? '');
}

const ITCHES = /^(?:itch|scratch|prurit|scabies$|lice$|mosquito|cats?$|fingernails?$|excoriat)/u;

/** Words that any examination may mention: they concern scratching only if they come shortly after `scratch`. */
const RASHES = /^(?:rash|hives$|urticari|eczem|scab)/u;

/** Tests whether the words of a command mean something else. */
const SENSE_TESTS: ReadonlyMap<string, SenseTest> = new Map([
  ['colon', organ],
  ['period', menstruation],
  ['comma', coma],
  ['new line', catheter],
  ['next line', catheter],
  ['scratch that', itch],
  ['cap', capsule],
  ['question mark', shape],
]);
