import { ConfigError } from '../../config/config-error.js';
import { errorCode } from '../../error-code.js';
import { RequestError } from '../../errors.js';
import type { Log } from '../../telemetry/log.js';

/** Tells the operator, once for each outage, that copies of data keys cannot be written, and has it tried again. */
export interface CopyOutage {
  readonly failing: (error: unknown) => void;
  readonly recovered: () => void;
  /** Tries nothing again any more. */
  readonly close: () => void;
}

/** What an outage is told with. */
interface OutageServices {
  readonly log: Log;
  /** The copy that it is about where the error does not say which. */
  readonly path: string;
  /** Tells of it itself where it fails. */
  readonly tryAgain: () => Promise<void>;
}

/** When it is tried again to clean a copy, milliseconds. */
const RETRY_MS = 2000;

/** What the operator is told, once for each outage. */
const CANNOT_WRITE =
  'A COPY OF DATA KEYS CANNOT BE WRITTEN: deletions are refused until it can; look at its disk and its permissions';

/** None to begin with. */
export function createCopyOutage({ log, path, tryAgain }: OutageServices): CopyOutage {
  let isFailing = false;
  let retry: NodeJS.Timeout | undefined;
  return {
    failing: (error) => {
      // The database is away, which the queue tells of.
      if (error instanceof RequestError) return;
      if (!isFailing) log.error(CANNOT_WRITE, { code: errorCode(error), ...placeOf(error, path) });
      isFailing = true;
      retry ??= setTimeout(() => {
        retry = undefined;
        // It is failing still, and says so.
        tryAgain().catch(() => undefined);
      }, RETRY_MS).unref();
    },
    recovered: () => {
      if (isFailing) log.info('copies of data keys are written again');
      isFailing = false;
    },
    close: () => {
      clearTimeout(retry);
    },
  };
}

/** Which copy it is about. */
function placeOf(error: unknown, path: string): { readonly path: string } | { readonly problem: string } {
  if (error instanceof ConfigError) return { problem: error.message };
  const isAbout = error instanceof Error && 'path' in error && typeof error.path === 'string';
  return { path: isAbout ? String(error.path) : path };
}
