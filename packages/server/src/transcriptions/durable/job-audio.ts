import type { OpenedSealedFile, SealedFile } from '../../storage/sealed-file.js';

/** Where the audio of jobs lies, sealed, until they have ended. It is kept apart from what names and keys say about it. */
export interface JobAudio {
  /**
   * Names the place, the same for all servers that reach it: a server takes only jobs whose audio it can read. Rejects with
   * the error of the system if the place cannot be used.
   */
  readonly place: () => Promise<string>;
  /** The same, but undefined if nothing can be there, since the place was never used; it is not made then. */
  readonly usedPlace: () => Promise<string | undefined>;
  /** Removes what was made for the place itself, if no audio is kept there. */
  readonly removeIfEmpty: () => Promise<void>;
  /** Makes an empty file of a name that was never used, sealed with a key that no other file has. */
  readonly create: (name: string, key: Uint8Array) => Promise<ArrivingAudio>;
  /**
   * Opens a kept file of so many bytes. Rejects if it is not there, with an `AudioAwayError` if nobody can tell; reading fails where
   * it is damaged.
   */
  readonly open: (name: string, key: Uint8Array, size: number) => Promise<OpenedSealedFile>;
  /** Deletes a file, if there is one. */
  readonly remove: (name: string) => Promise<void>;
}

/** The place of audio cannot be reached now, so that nobody knows whether the audio is as it was kept. */
export class AudioAwayError extends Error {
  override readonly name = 'AudioAwayError';
}

/** A file that is being written. `remove` deletes it as well. */
export interface ArrivingAudio extends SealedFile {
  /** Finishes and closes the file. Once this resolves, it survives power cuts, and `open` opens it. */
  readonly keep: () => Promise<void>;
}

/** The name of a file of a job. */
export function audioName(jobId: string, file: number): string {
  return `${jobId}.${file}`;
}
