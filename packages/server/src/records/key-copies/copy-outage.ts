import { ConfigError } from '../../config/config-error.js';
import { errorCode } from '../../error-code.js';
import { RequestError } from '../../errors.js';
import type { Log } from '../../telemetry/log.js';

/** Tells the operator, once for each outage, that copies of data keys cannot be written, and has the work tried again. */
export interface CopyOutage {
  readonly failing: (error: unknown) => void;
  readonly recovered: () => void;
  /** Stops trying again. */
  readonly close: () => void;
}

/** Where an outage is reported, and what is tried again. */
interface OutageServices {
  readonly log: Log;
  /** The copy to name if the error does not say which it is about. */
  readonly path: string;
  /** If this fails, it calls `failing` itself. */
  readonly tryAgain: () => Promise<void>;
}

/** Time between two attempts, milliseconds. */
const RETRY_MS = 2000;

/** What the operator is told, once for each outage. */
const CANNOT_WRITE =
  'A COPY OF DATA KEYS CANNOT BE WRITTEN: deletions are refused until it can; look at its disk and its permissions';

/** Starts without an outage. */
export function createCopyOutage({ log, path, tryAgain }: OutageServices): CopyOutage {
  let isFailing = false;
  let retry: NodeJS.Timeout | undefined;
  return {
    failing: (error) => {
      // The database is away, which the queue reports.
      if (error instanceof RequestError) return;
      if (!isFailing) log.error(CANNOT_WRITE, { code: errorCode(error), ...placeOf(error, path) });
      isFailing = true;
      retry ??= setTimeout(() => {
        retry = undefined;
        // `tryAgain` has already reported the failure.
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

/** The copy that an error is about, or the problem that it states. */
function placeOf(error: unknown, path: string): { readonly path: string } | { readonly problem: string } {
  if (error instanceof ConfigError) return { problem: error.message };
  const isAbout = error instanceof Error && 'path' in error && typeof error.path === 'string';
  return { path: isAbout ? String(error.path) : path };
}
