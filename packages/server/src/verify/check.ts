/** The names of all checks. */
export const CHECKS = [
  'database',
  'keys',
  'records',
  'audit',
  'rows',
  'heads',
  'secrets',
  'key-copy',
  'backup',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** Something that is not what the server wrote. It names places, never content. */
export interface Finding {
  /** The kind of thing that is damaged. */
  readonly kind: FindingKind;
  /**
   * `altered`: it cannot be opened, or does not match what is beside it. `missing`: it is not there. `back`: it was
   * destroyed, but is there again.
   */
  readonly trouble: 'altered' | 'missing' | 'back';
  /** The session that it belongs to, if any. */
  readonly session?: string;
  /** Where it is: a place and version, a number of an entry, a table, a file. */
  readonly at?: string;
}

export const FINDING_KINDS = [
  'database',
  'data-key',
  'record',
  'settings',
  'final',
  'speakers',
  'audio',
  'audit-entry',
  'row',
  'head',
  'configuration',
  'code-secret',
  'voice',
  'template',
  'account-settings',
  'destroyed-list',
  'key-copy',
  'backup',
] as const;
type FindingKind = (typeof FINDING_KINDS)[number];

/** A piece of a check, small enough to be done between other work: a few milliseconds. */
export interface Step {
  /** How many things were checked. */
  readonly checked: number;
  readonly findings: readonly Finding[];
  /** Where the check continues if it is interrupted here. */
  readonly cursor: string;
}

/** Checks all things of one kind, in a fixed order. */
export interface Check {
  readonly name: CheckName;
  /** About how many things there are to check. */
  readonly count: () => Promise<number>;
  /** Goes through all of them, or through those after the `cursor` of an earlier step. */
  readonly steps: (cursor?: string) => AsyncIterable<Step>;
}
