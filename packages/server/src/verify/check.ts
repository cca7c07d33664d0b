/** What was looked at. */
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

/** Something that is not what the server wrote. It names places, and never holds what is there. */
export interface Finding {
  /** What of it is damaged. */
  readonly kind: FindingKind;
  /**
   * `altered`: it does not open, or does not fit to what stands beside it. `missing`: it is not there. `back`: it was
   * destroyed, and is there again.
   */
  readonly trouble: 'altered' | 'missing' | 'back';
  /** The session, where it is of one. */
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
  'audio',
  'audit-entry',
  'row',
  'head',
  'configuration',
  'code-secret',
  'destroyed-list',
  'key-copy',
  'backup',
] as const;
type FindingKind = (typeof FINDING_KINDS)[number];

/** A piece of a check, small enough to be done between other things: a few milliseconds. */
export interface Step {
  /** Things that were looked at. */
  readonly checked: number;
  readonly findings: readonly Finding[];
  /** Where the check goes on from if it is broken off here. */
  readonly cursor: string;
}

/** Looks at one kind of thing, all of it, in an order that stays. */
export interface Check {
  readonly name: CheckName;
  /** How many things there are to be looked at, about. */
  readonly count: () => Promise<number>;
  /** Goes through all of it, behind `cursor` of an earlier step where there is one. */
  readonly steps: (cursor?: string) => AsyncIterable<Step>;
}
