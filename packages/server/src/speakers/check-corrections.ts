import type { SpeakerAssignment, SpeakerCorrections } from '@auscult/protocol';
import type { CorrectedSpeakers, SpeakerSpan } from '../records/speaker-changes.js';
import { createSpeakerDirectory, type SpeakerDirectory } from './speaker-directory.js';
import type { Talk } from './suggest-roles.js';
import { wordsOf, type CorrectableFinal } from './words-of.js';

/** What corrections refer to. */
export interface CorrectedText {
  readonly find: (assignment: SpeakerAssignment) => CorrectableFinal | undefined;
  /** Which finals `find` finds, in words. */
  readonly findable: string;
  readonly directory: SpeakerDirectory;
  readonly talks: ReadonlyMap<number, Talk>;
}

/** The corrections with their words found, or the first thing that is wrong with them. */
export type CheckedCorrections =
  | { readonly ok: true; readonly corrected: CorrectedSpeakers }
  | { readonly ok: false; readonly field: string; readonly limit: string };

/** Finds everything that corrections refer to, before any of them is made. */
export function checkCorrections(
  { assign = [], merge = [], name = [] }: SpeakerCorrections,
  text: CorrectedText,
): CheckedCorrections {
  const { talks } = text;
  const directory = createSpeakerDirectory(text.directory.save());
  const gone = (field: string, speaker: number): Refused | undefined =>
    directory.isMerged(speaker) ? refused(field, notMerged(directory.free(talks))) : undefined;
  const spans: SpeakerSpan[] = [];
  for (const [index, assignment] of assign.entries()) {
    const at = `assign[${index}]`;
    const final = text.find(assignment);
    if (final === undefined || final.words === 0) return refused(`${at}.sequence`, text.findable);
    const span = spanOf(final, assignment);
    if (span === undefined)
      return refused(`${at}.words`, `two numbers from 0 to ${final.words - 1}, the lower one first`);
    const problem = gone(`${at}.speaker`, assignment.speaker);
    if (problem) return problem;
    spans.push(span);
  }
  const heardOnce = [...talks.keys(), ...spans.map(({ speaker }) => speaker)];
  for (const [index, { from, into }] of merge.entries()) {
    const at = `merge[${index}]`;
    if (from === into) return refused(`${at}.into`, `another speaker than ${from}`);
    const known = directory.known(talks).map(({ speaker }) => speaker);
    const heard = [...new Set([...heardOnce, ...known])].filter((speaker) => !directory.isMerged(speaker));
    if (!heard.includes(from)) return refused(`${at}.from`, oneOf(heard));
    if (!heard.includes(into)) return refused(`${at}.into`, oneOf(heard));
    directory.merge(from, into);
  }
  for (const [index, { speaker }] of name.entries()) {
    const problem = gone(`name[${index}].speaker`, speaker);
    if (problem) return problem;
  }
  return { ok: true, corrected: { kind: 'corrected', spans, merge, name } };
}

type Refused = Extract<CheckedCorrections, { ok: false }>;

function refused(field: string, limit: string): Refused {
  return { ok: false, field, limit };
}

function notMerged(free: number | undefined): string {
  const remedy = free === undefined ? '' : `; ${free} is free`;
  return `a speaker that was not merged with another${remedy}`;
}

function oneOf(speakers: readonly number[]): string {
  return speakers.length === 0 ? 'somebody who was heard' : `one of ${speakers.join(', ')}`;
}

/** The words that are assigned; undefined if the final does not have them. */
function spanOf(final: CorrectableFinal, { words, speaker }: SpeakerAssignment): SpeakerSpan | undefined {
  const last = final.words - 1;
  const [from, to] = words ?? [0, last];
  return to > last || from > to ? undefined : { ...wordsOf(final, [from, to]), speaker };
}
