/** What must hold whatever breaks. */
export const PROMISES = [
  'acknowledged audio is in a final',
  'no audio is in two finals',
  'finals come in order, once',
  'the record is what clients were told',
  'no session is lost',
  'no recording is lost',
  'the audit log is whole',
  'no speech in the clear',
  'nothing is left over',
  'everything is answered in the end',
] as const;
export type Promised = (typeof PROMISES)[number];

/** A promise that was not kept. */
export interface Broken {
  readonly promise: Promised;
  /** Whose. */
  readonly who: string;
  readonly why: string;
}
