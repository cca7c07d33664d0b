import type { Clip } from '../clips/manifest.js';
import type { Hypotheses } from '../score/hypotheses.js';
import { keyTermsOf, type KeyTerm } from '../terms/key-term.js';
import { hearLive } from './live-hearing.js';
import { startLibrary, type LibrarySettings } from './start-library.js';

/**
 * What sessions are told to expect. `none`: nothing; `own`: the terms of the clip itself; `session`: the same
 * list in all sessions; `lexicon`: the shipped lexicon alone; `lexicon-by-sound`: the same without weighing
 * its terms by the words around them; `session-lexicon`: the list and the lexicon, as in a session by
 * default.
 */
export const TERM_CONDITIONS = [
  'none',
  'own',
  'session',
  'lexicon',
  'lexicon-by-sound',
  'session-lexicon',
] as const;

/** One of these conditions. */
export type TermCondition = (typeof TERM_CONDITIONS)[number];

/** What was heard under one condition. */
export interface ConditionHearing {
  readonly condition: TermCondition;
  /** The most key terms that any session was given. */
  readonly keyTerms: number;
  readonly hypotheses: Hypotheses;
  /** Processor time of the inference processes. Absent without `/proc/PID/task/TID/schedstat`. */
  readonly inferenceSeconds?: number | undefined;
}

/** Recognises the same clips under each condition, one condition after the other. */
export async function hearUnderConditions(
  clips: readonly Clip[],
  conditions: readonly TermCondition[],
  sessionTerms: readonly string[],
  settings: LibrarySettings,
  onDone?: () => void,
): Promise<{ readonly model: string; readonly hearings: readonly ConditionHearing[] }> {
  const hearings: ConditionHearing[] = [];
  let model = '';
  for (const { of, ...lexicon } of LEXICONS) {
    const wanted = conditions.filter((condition) => of.includes(condition));
    if (wanted.length === 0) continue;
    const { recognizer } = await startLibrary({ ...settings, ...lexicon });
    model = recognizer.model.name;
    try {
      for (const condition of wanted) {
        const termsOf = keyTermsUnder(condition, sessionTerms);
        const heard = await hearLive(recognizer, clips, termsOf, onDone);
        const keyTerms = Math.max(0, ...clips.map((clip) => termsOf(clip).length));
        hearings.push({ condition, keyTerms, ...heard });
      }
    } finally {
      await recognizer.close();
    }
  }
  return { model, hearings };
}

/** What a recognizer is started with, and the conditions that it serves. */
const LEXICONS: readonly (Pick<LibrarySettings, 'lexicon' | 'lexiconContext'> & {
  readonly of: readonly TermCondition[];
})[] = [
  { lexicon: 'none', of: ['none', 'own', 'session'] },
  { lexicon: 'medical', of: ['lexicon', 'session-lexicon'] },
  { lexicon: 'medical', lexiconContext: false, of: ['lexicon-by-sound'] },
];

function keyTermsUnder(
  condition: TermCondition,
  sessionTerms: readonly string[],
): (clip: Clip) => readonly KeyTerm[] {
  const ofSession = keyTermsOf(sessionTerms);
  switch (condition) {
    case 'own':
      return ({ terms }) => keyTermsOf(terms);
    case 'session':
    case 'session-lexicon':
      return () => ofSession;
    case 'none':
    case 'lexicon':
    case 'lexicon-by-sound':
      return () => [];
  }
}
