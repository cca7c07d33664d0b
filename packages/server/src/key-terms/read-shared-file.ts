import {
  checkKeyTerms,
  listKeyTerms,
  mergeKeyTerms,
  termsOfList,
  type KeyTermList,
} from '@auscult/asr/key-terms';
import { ConfigError } from '../config/config-error.js';
import { leftOutSentence } from './accept-key-terms.js';
import { parseKeyTerms } from './parse-key-terms.js';

/** A file of key terms that operators keep. */
export interface SharedTermsFile {
  /** Its path within the folder. */
  readonly name: string;
  readonly content: Uint8Array;
  /** The terms of the server, which follow those of a tenant; empty for the file of the server itself. */
  readonly server: KeyTermList;
  /** Language of the speech. */
  readonly language: string;
}

/**
 * The terms of a file, how many of them stand in it, and, if some do not count, a sentence that says why; or what is wrong
 * with the file.
 */
export type SharedTermsReading =
  | { readonly ok: true; readonly terms: KeyTermList; readonly ownCount: number; readonly notice: string }
  | { readonly ok: false; readonly problem: string; readonly remedy: string };

/** Reads a file of key terms. If it is wrong, the result names the file and the line, and quotes nothing of the content. */
export function readSharedFile({ name, content, server, language }: SharedTermsFile): SharedTermsReading {
  try {
    const { terms, leftOut } = checkKeyTerms(parseKeyTerms(content, name), language);
    const merged = server.count === 0 ? terms : mergeKeyTerms(terms, termsOfList(server));
    return {
      ...{ ok: true, terms: listKeyTerms(merged), ownCount: terms.length },
      notice: leftOutSentence(leftOut),
    };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, problem: error.message, remedy: error.remedy };
    throw error;
  }
}
