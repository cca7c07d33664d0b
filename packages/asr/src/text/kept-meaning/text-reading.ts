import { heardStatements } from './statements.js';

/** The numbers and negations of words, in order. Texts with the same reading say the same about doses. */
export function textReading(words: readonly string[]): string {
  return heardStatements(words)
    .map((statement) => `${statement.kind === 'number' ? statement.digits : statement.text} `)
    .join('');
}
