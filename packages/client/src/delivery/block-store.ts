/** Keeps blocks of audio outside memory. Every promise rejects if the store fails. */
export interface BlockStore {
  readonly put: (number: number, samples: Int16Array<ArrayBuffer>) => Promise<void>;
  readonly get: (number: number) => Promise<Int16Array<ArrayBuffer>>;
  readonly remove: (number: number) => Promise<void>;
  /** Removes everything. */
  readonly close: () => Promise<void>;
}
