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
  /** The terms of the server, which stand behind those of a tenant; none for those of the server themselves. */
  readonly server: KeyTermList;
  /** Of the speech. */
  readonly language: string;
}

/** Its terms and, where some do not count, why, a sentence; or what is wrong with it. */
export type SharedTermsReading =
  | { readonly ok: true; readonly terms: KeyTermList; readonly notice: string }
  | { readonly ok: false; readonly problem: string; readonly remedy: string };

/** Reads a file of key terms. What is wrong with it names the file and the line, and holds nothing of what stands there. */
export function readSharedFile({ name, content, server, language }: SharedTermsFile): SharedTermsReading {
  try {
    const { terms, leftOut } = checkKeyTerms(parseKeyTerms(content, name), language);
    const merged = server.count === 0 ? terms : mergeKeyTerms(terms, termsOfList(server));
    return { ok: true, terms: listKeyTerms(merged), notice: leftOutSentence(leftOut) };
  } catch (error) {
    if (error instanceof ConfigError) return { ok: false, problem: error.message, remedy: error.remedy };
    throw error;
  }
}
