/** A phrase by which a speaker commands whoever listens. */
export interface SpokenCommand {
  /** A name that is given back. */
  readonly id?: string | undefined;
  /** The phrase as it was registered. */
  readonly phrase: string;
  /** The same in parts, of which one at least is words, and of two neighbours one. At most one variable has no `values`. */
  readonly parts: readonly CommandPart[];
}

/** Words that are said as they stand, or a variable. */
export type CommandPart =
  | { readonly kind: 'words'; readonly words: string }
  | {
      readonly kind: 'variable';
      readonly name: string;
      /** What it may be; free text if left out. */
      readonly values?: readonly string[] | undefined;
    };

/** A command that was heard. */
export interface HeardCommand {
  readonly id?: string;
  readonly phrase: string;
  /** What each variable was, by its name: one of its values, or the words that were said. */
  readonly variables: Readonly<Record<string, string>>;
}
