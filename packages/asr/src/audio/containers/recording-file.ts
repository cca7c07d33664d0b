/** A recording that can be read at any place. */
export interface RecordingFile {
  /** The path at which other programs can read it too; undefined if only this process can read it. */
  readonly path: string | undefined;
  readonly size: number;
  /** The bytes from `start` up to `end`, in pieces of any length. */
  readonly read: (start: number, end: number) => AsyncIterable<Uint8Array>;
}
