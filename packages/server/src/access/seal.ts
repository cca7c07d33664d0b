/** Encrypts small secrets, bound to the place where they lie. */
export interface Seal {
  readonly close: (plain: Uint8Array, place: string) => Buffer;
  /** Fails if it is not what was sealed for this place. */
  readonly open: (sealed: Uint8Array, place: string) => Uint8Array;
}
