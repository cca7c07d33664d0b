import { readFile } from 'node:fs/promises';
import { checkKeyTerms, type KeyTerm } from '@auscult/asr';
import { ConfigError } from '../config/config-error.js';
import { leftOutSentence } from './accept-key-terms.js';
import { parseKeyTerms } from './parse-key-terms.js';

/**
 * Reads a file of key terms for speech in `language`. `notice` says how many are left out and why, and is empty if
 * none are.
 * @throws {ConfigError} that names the file, and the line if it is one
 */
export async function readKeyTermsFile(
  path: string,
  language: string,
): Promise<{ readonly terms: readonly KeyTerm[]; readonly notice: string }> {
  const content = await readFile(path).catch(() => {
    throw new ConfigError(
      `the file of key terms ${path} cannot be read.`,
      'Check the path, and that this user may read the file.',
    );
  });
  const { terms, leftOut } = checkKeyTerms(parseKeyTerms(content, path), language);
  return { terms, notice: leftOutSentence(leftOut) };
}
