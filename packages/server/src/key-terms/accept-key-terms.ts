import {
  checkKeyTerms,
  listKeyTerms,
  mergeKeyTerms,
  termsOfList,
  type KeyTerm,
  type KeyTermList,
  type LeftOutReason,
} from '@auscult/asr/key-terms';
import { describeWarning, type KeyTerm as SentKeyTerm, type WarningMessage } from '@auscult/protocol';
import type { SentKeyTerms } from '../reading/client-text.js';

/** The key terms that are listened for, and what their sender should know about them. */
export interface AcceptedKeyTerms {
  readonly terms: KeyTermList;
  readonly warnings: readonly WarningMessage[];
}

/**
 * Puts the key terms that a client sent before those of its tenant and of the server.
 *
 * @param language BCP 47 tag of the speech, or `auto`
 */
export function acceptKeyTerms(sent: SentKeyTerms, shared: KeyTermList, language: string): AcceptedKeyTerms {
  const given = JSON.parse(sent.json) as readonly SentKeyTerm[];
  const { terms, leftOut } = checkKeyTerms(given.map(asObject), language);
  const { unwritable, duplicate, common } = leftOut;
  const ignored = unwritable + duplicate;
  return {
    terms: terms.length === 0 ? shared : listKeyTerms(mergeKeyTerms(terms, termsOfList(shared))),
    warnings: [
      ...(ignored === 0
        ? []
        : [
            describeWarning('key_terms_ignored', {
              count: ignored,
              detail: leftOutSentence({ unwritable, duplicate }),
            }),
          ]),
      ...(common === 0
        ? []
        : [describeWarning('key_terms_common', { count: common, detail: leftOutSentence({ common }) })]),
    ],
  };
}

/** A sentence that says how many terms are left out of a list and why; empty if none are. */
export function leftOutSentence(leftOut: Partial<Readonly<Record<LeftOutReason, number>>>): string {
  const parts = (Object.keys(REASONS) as LeftOutReason[])
    .map((reason) => [leftOut[reason] ?? 0, REASONS[reason]] as const)
    .filter(([count]) => count > 0);
  return parts.length === 0 ? '' : `Left out: ${parts.map(([count, why]) => `${count} ${why}`).join(', ')}.`;
}

const REASONS: Readonly<Record<LeftOutReason, string>> = {
  unwritable: 'without a letter or with characters that the language is not written in',
  duplicate: 'that stand in the list already',
  common: 'that everybody uses',
};

function asObject(term: SentKeyTerm): KeyTerm {
  if (typeof term === 'string') return { text: term };
  const { text, weight, soundsLike } = term;
  return { text, ...(weight !== undefined && { weight }), ...(soundsLike !== undefined && { soundsLike }) };
}
