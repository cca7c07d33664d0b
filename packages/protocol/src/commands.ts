import { z } from 'zod';
import { boundedList } from './bounded-list.js';
import { protocolLimits } from './limits.js';
import { partsOfPhrase, saidForm, type PhrasePart } from './phrase-parts.js';

const { commands, commandLength, commandVariables, commandValues } = protocolLimits;

const text = z.string().min(1).max(commandLength.max);

/** A phrase by which a speaker commands the client, as the client registers it. */
const voiceCommand = z.strictObject({
  id: z.string().min(1).max(64).optional().meta({ description: 'A name of the client, which is sent back.' }),
  phrase: text.meta({
    description:
      'What is to be said, with variables in braces: `insert {template}`. Case, punctuation and hyphens do not matter. Needs a word beside its variables, and a word between two of them.',
  }),
  variables: z.record(z.string().min(1).max(32), boundedList(text, commandValues.max)).optional().meta({
    description:
      'What a variable may be, by its name: a list. A variable without one is free text, of which a phrase may have one.',
  }),
});
export type VoiceCommand = z.infer<typeof voiceCommand>;

/** The commands of a session. */
export const commandList = boundedList(voiceCommand, commands.max).superRefine((list, context) => {
  const problem = problemOf(list);
  if (problem !== undefined)
    context.addIssue({ code: 'custom', path: [...problem.path], params: { limit: problem.limit } });
});

/** What is wrong with a list of commands: where, and what is allowed there. */
interface CommandProblem {
  readonly path: readonly (string | number)[];
  readonly limit: string;
}

/** The first thing that keeps commands from being told apart from each other or from dictation. */
function problemOf(list: readonly VoiceCommand[]): CommandProblem | undefined {
  const parted = list.map(({ phrase }) => partsOfPhrase(phrase));
  for (const [at, command] of list.entries()) {
    const limit = problemOfPhrase(command, parted[at]);
    if (limit !== undefined) return { path: [at, 'phrase'], limit };
    const values = problemOfValues(command, parted[at] ?? []);
    if (values !== undefined) return { path: [at, 'variables'], limit: values };
  }
  const seen = new Map<string, number>();
  for (const [at, command] of list.entries()) {
    const shape = shapeOf(command, parted[at] ?? []);
    if (seen.has(shape))
      return { path: [at, 'phrase'], limit: 'a phrase that no other command of the list has' };
    seen.set(shape, at);
  }
  const values = list.reduce((sum, { variables = {} }) => sum + Object.values(variables).flat().length, 0);
  return values > commandValues.all
    ? { path: [], limit: `at most ${commandValues.all} values of variables in all commands together` }
    : undefined;
}

function problemOfPhrase(
  { variables = {} }: VoiceCommand,
  parts: readonly PhrasePart[] | undefined,
): string | undefined {
  if (parts === undefined)
    return 'words, and variables in braces whose names begin with a letter: {template}';
  const names = parts.flatMap((part) => (part.kind === 'variable' ? [part.name] : []));
  if (names.length === parts.length) return 'at least one word beside its variables';
  if (names.length > commandVariables.max) return `at most ${commandVariables.max} variables`;
  if (new Set(names).size < names.length) return 'each variable once';
  const isAdjacent = parts.some(({ kind }, at) => kind === 'variable' && parts[at - 1]?.kind === 'variable');
  if (isAdjacent) return 'a word between two variables';
  const free = names.filter((name) => !Object.hasOwn(variables, name));
  return free.length > 1 ? 'at most one variable without a list of values' : undefined;
}

function problemOfValues({ variables = {} }: VoiceCommand, parts: readonly PhrasePart[]): string | undefined {
  for (const [name, values] of Object.entries(variables)) {
    if (!parts.some((part) => part.kind === 'variable' && part.name === name))
      return 'only variables that are in the phrase';
    if (values.length === 0) return 'at least one value for each variable that is named';
    const said = values.map(saidForm);
    if (said.includes('')) return 'values with at least one word or number';
    if (new Set(said).size < said.length) return 'each value once, whatever its case and punctuation';
  }
  return undefined;
}

/** The same for commands that nobody could tell apart. */
function shapeOf({ variables = {} }: VoiceCommand, parts: readonly PhrasePart[]): string {
  return JSON.stringify(
    parts.map((part) => {
      if (part.kind === 'words') return saidForm(part.words);
      const values = Object.hasOwn(variables, part.name) ? variables[part.name] : undefined;
      return values === undefined ? 0 : values.map(saidForm).sort();
    }),
  );
}
