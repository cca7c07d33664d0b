import { statfs } from 'node:fs/promises';

/** Where models that come from a hub are kept, and whether more may be fetched. */
export interface ModelStoreOptions {
  /** The store is the folder `models` in it. */
  readonly directory: string;
  /** Whether nothing may be fetched. */
  readonly offline: boolean;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** The progress of a download. */
export type DownloadProgress =
  /** Another process is fetching the same; this one will use what that fetches. */
  | { readonly kind: 'waiting'; readonly model: string }
  | {
      readonly kind: 'received';
      readonly model: string;
      /** Path in the repository. */
      readonly file: string;
      /** Bytes of all files together, including those that were there before. */
      readonly receivedBytes: number;
      readonly totalBytes: number;
    }
  | {
      readonly kind: 'retrying';
      readonly model: string;
      readonly file: string;
      /** Code of the failure. */
      readonly code: string;
      readonly inSeconds: number;
    };

/** How patient downloads are. */
export interface TransferPolicy {
  /** A transfer that receives nothing for this long is aborted, seconds. */
  readonly stallSeconds: number;
  /** Consecutive failures, without a byte received in between, after which a download is given up. */
  readonly attempts: number;
  /** The pause after the first failure, seconds; each further one is twice as long. */
  readonly firstPauseSeconds: number;
  readonly longestPauseSeconds: number;
}

/** The surroundings of a store, where tests inject faults. */
export interface StoreSurroundings {
  /** `HF_ENDPOINT`, `HF_TOKEN`, proxies and certificates are read from it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly policy: TransferPolicy;
  /** Free space for this user where a folder is, bytes. */
  readonly freeBytes: (folder: string) => Promise<number>;
}

/** A store with all that its parts need. */
export type ModelStore = ModelStoreOptions & StoreSurroundings;

/** Patient enough for a hub that restarts, while a start without a network still fails within a minute. */
const PATIENT: TransferPolicy = {
  stallSeconds: 30,
  attempts: 6,
  firstPauseSeconds: 1,
  longestPauseSeconds: 30,
};

/** A store in this process's environment, unless another one is given. Reads and writes nothing yet. */
export function openStore(
  options: ModelStoreOptions,
  surroundings: Partial<StoreSurroundings> = {},
): ModelStore {
  return { environment: process.env, policy: PATIENT, freeBytes, ...surroundings, ...options };
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
