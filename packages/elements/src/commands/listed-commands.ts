import type { TranscriberOptions } from '@auscult/client';
import type { CommandName } from './phrases.js';

type Commands = NonNullable<TranscriberOptions['commands']>;

/** The commands of a session. */
export interface Listed {
  readonly commands: Commands;
  /** Those that the element carries out, by their phrases. */
  readonly own: ReadonlyMap<string, CommandName>;
}

interface Sayable {
  /** The commands of the page, which count before those of the element. */
  readonly ofPage: Commands;
  readonly phrases: Partial<Readonly<Record<CommandName, string>>>;
  /** What the variables can be. */
  readonly values: Readonly<Record<'template' | 'section', readonly string[]>>;
}

/** All that can be said, within what servers take: commands for which there is no value, or that the page has, are left out. */
export function listedCommands({ ofPage, phrases, values }: Sayable): Listed {
  const taken = new Set(ofPage.map(({ phrase }) => shapeOf(phrase)));
  const own = new Map<string, CommandName>();
  const commands = [...ofPage];
  let room = MOST_VALUES - ofPage.flatMap(({ variables = {} }) => Object.values(variables).flat()).length;
  for (const [id, phrase] of Object.entries(phrases) as [CommandName, string][]) {
    const [, name = ''] = /\{(template|section)\}/.exec(phrase) ?? [];
    const list =
      name === '' ? [] : apart(values[name as keyof typeof values]).slice(0, Math.min(room, MOST_OF_ONE));
    if (taken.has(shapeOf(phrase)) || commands.length >= MOST || (name !== '' && list.length === 0)) continue;
    room -= list.length;
    own.set(phrase, id);
    commands.push({ id, phrase, ...(name !== '' && { variables: { [name]: list } }) });
  }
  return { commands, own };
}

/** Limits of servers: commands, values of one variable, and values of all. */
const [MOST, MOST_OF_ONE, MOST_VALUES] = [100, 500, 2000];

/** The same for phrases that differ only in what their variables are called. */
function shapeOf(phrase: string): string {
  return phrase
    .split(/\{[^{}]*\}/)
    .map(registeredForm)
    .join('{}');
}

/** The same for texts that servers cannot tell apart: coarser than what is compared in fields. */
export function registeredForm(text: string): string {
  const said = text.normalize('NFKC').toLowerCase();
  return (said.match(/[\p{L}\p{M}]+|\p{N}+|[^\p{L}\p{M}\p{N}\p{P}\s]/gu) ?? []).join(' ');
}

/** Without what is said like an earlier one. */
function apart(values: readonly string[]): readonly string[] {
  const said = new Set<string>();
  return values.filter((value) => {
    const form = registeredForm(value);
    return form !== '' && !said.has(form) && said.add(form);
  });
}
