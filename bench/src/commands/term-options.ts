import { InvalidArgumentError, Option, type Command } from 'commander';
import { TERM_CONDITIONS, type TermCondition } from '../benchmarks/term-conditions.js';
import { MEDICAL_TERMS } from '../terms/term-list.js';
import { listOf, wholeNumber } from './clip-options.js';

/** Flags of the benchmarks that compare sessions with different key terms. */
export interface TermFlags {
  readonly conditions: readonly TermCondition[];
  readonly list: string;
  readonly sessionTerms: number;
}

/** Adds the flags that choose the key terms of sessions. */
export function addTermOptions(command: Command, conditions: readonly TermCondition[]): Command {
  return command
    .addOption(
      new Option(
        '--conditions <names>',
        `what sessions are told to expect, separated by commas: ${TERM_CONDITIONS.join(', ')}`,
      )
        .argParser(conditionsOf)
        .default(conditions, conditions.join(',')),
    )
    .option('--list <file>', 'medical terms, one a line; text after a tab is ignored', MEDICAL_TERMS)
    .option('--session-terms <count>', 'terms of a session, filled up from the list', wholeNumber, 230);
}

function conditionsOf(value: string): TermCondition[] {
  return listOf(value).map((name) => {
    const condition = TERM_CONDITIONS.find((known) => known === name);
    if (condition === undefined)
      throw new InvalidArgumentError(`"${name}" is none of ${TERM_CONDITIONS.join(', ')}.`);
    return condition;
  });
}
