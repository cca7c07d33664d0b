import { saidTokens, type SaidToken } from './said-tokens.js';
import type { CommandPart, SpokenCommand } from './spoken-command.js';

/** Which command words are, and what its variables are. */
export interface MatchedCommand {
  readonly command: SpokenCommand;
  readonly variables: readonly MatchedVariable[];
}

interface MatchedVariable {
  readonly name: string;
  /** Which of its values it is; undefined for free text. */
  readonly value: string | undefined;
  /** The first of its words, and the one after the last. */
  readonly words: readonly [number, number];
}

/** Finds the command that words are as a whole. */
export type MatchCommands = (words: readonly string[], isEnglish: boolean) => MatchedCommand | undefined;

/** Words of a variable that is free text: a longer one is more likely dictation. */
const MOST_FREE_WORDS = 6;

/**
 * Prepares the commands. Of several that words may be, one without free text counts before the others, and an earlier one
 * before a later one; and a variable takes as many words as it can.
 */
export function commandMatcher(commands: readonly SpokenCommand[]): MatchCommands {
  const inOrder = [...commands.filter((one) => !hasFreeText(one)), ...commands.filter(hasFreeText)];
  const prepared = [true, false].map((isEnglish) => inOrder.map((command) => prepare(command, isEnglish)));
  return (words, isEnglish) => {
    const said = saidTokens(words, isEnglish);
    for (const one of (isEnglish ? prepared[0] : prepared[1]) ?? []) {
      const variables = matchParts(one.parts, said, 0);
      if (variables !== undefined) return { command: one.command, variables };
    }
    return undefined;
  };
}

/** A part, with what is said for it. */
type PreparedPart =
  | { readonly kind: 'words'; readonly said: readonly string[] }
  | { readonly kind: 'free'; readonly name: string }
  | {
      readonly kind: 'listed';
      readonly name: string;
      /** The longest first. */
      readonly values: readonly { readonly value: string; readonly said: readonly string[] }[];
    };

function hasFreeText({ parts }: SpokenCommand): boolean {
  return parts.some((part) => part.kind === 'variable' && part.values === undefined);
}

function prepare(
  command: SpokenCommand,
  isEnglish: boolean,
): { readonly command: SpokenCommand; readonly parts: readonly PreparedPart[] } {
  const said = (text: string): readonly string[] => saidTokens([text], isEnglish).map((token) => token.said);
  const prepared = (part: CommandPart): PreparedPart => {
    if (part.kind === 'words') return { kind: 'words', said: said(part.words) };
    const { name, values } = part;
    if (values === undefined) return { kind: 'free', name };
    const listed = values.map((value) => ({ value, said: said(value) }));
    return { kind: 'listed', name, values: listed.sort((one, other) => other.said.length - one.said.length) };
  };
  return { command, parts: command.parts.map(prepared) };
}

/** The variables if the words from `at` on are the parts, and nothing else. */
function matchParts(
  [part, ...rest]: readonly PreparedPart[],
  said: readonly SaidToken[],
  at: number,
): readonly MatchedVariable[] | undefined {
  if (part === undefined) return at === said.length ? [] : undefined;
  if (part.kind === 'words')
    return begins(said, at, part.said) ? matchParts(rest, said, at + part.said.length) : undefined;
  const candidates = part.kind === 'free' ? freeTexts(said, at) : listedValues(part.values, said, at);
  for (const { value, end } of candidates) {
    const others = matchParts(rest, said, end);
    const words = wordsBetween(said, at, end);
    if (others !== undefined && words !== undefined) return [{ name: part.name, value, words }, ...others];
  }
  return undefined;
}

interface Candidate {
  readonly value: string | undefined;
  /** The token after it. */
  readonly end: number;
}

function freeTexts(said: readonly SaidToken[], at: number): readonly Candidate[] {
  const first = said[at]?.word ?? 0;
  const ends: Candidate[] = [];
  for (let end = at + 1; end <= said.length; end++)
    if ((said[end - 1]?.word ?? 0) - first < MOST_FREE_WORDS) ends.unshift({ value: undefined, end });
  return ends;
}

function listedValues(
  values: readonly { readonly value: string; readonly said: readonly string[] }[],
  said: readonly SaidToken[],
  at: number,
): readonly Candidate[] {
  return values
    .filter((one) => one.said.length > 0 && begins(said, at, one.said))
    .map(({ value, said: { length } }) => ({ value, end: at + length }));
}

function begins(said: readonly SaidToken[], at: number, expected: readonly string[]): boolean {
  return expected.every((token, index) => said[at + index]?.said === token);
}

/** The whole words that tokens are; undefined if they begin or end within a word. */
function wordsBetween(
  said: readonly SaidToken[],
  at: number,
  end: number,
): readonly [number, number] | undefined {
  const [first, last] = [said[at]?.word, said[end - 1]?.word];
  if (first === undefined || last === undefined) return undefined;
  return said[at - 1]?.word === first || said[end]?.word === last ? undefined : [first, last + 1];
}
