import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { SpeechError } from '../../speech-error.js';
import { notWritable } from './disk-failure.js';

/** A lock that has not been renewed for this long belonged to a process that died, milliseconds. */
const STALE_MS = 20_000;
const POLL_MS = 300;

/**
 * Does work on a folder while no other process does, waiting for one that does. The lock is a folder beside it that
 * its owner keeps renewing, so a lock left by a crash is taken over. `signal` tells the work to stop if the lock is
 * lost, for example after the computer slept.
 */
export async function withLock<Result>(
  folder: string,
  onWaiting: () => void,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const lost = new AbortController();
  const release = await acquire(folder, onWaiting, () => {
    lost.abort(lockLost());
  });
  try {
    return await work(lost.signal);
  } catch (error) {
    throw lost.signal.aborted ? lost.signal.reason : error;
  } finally {
    await release().catch(() => undefined);
  }
}

async function acquire(
  folder: string,
  onWaiting: () => void,
  onLost: () => void,
): Promise<() => Promise<void>> {
  await mkdir(path.dirname(folder), { recursive: true }).catch((error: unknown) => {
    throw notWritable(path.dirname(folder), error);
  });
  for (let attempt = 0; ; attempt++) {
    try {
      return await lock(folder, {
        realpath: false,
        stale: STALE_MS,
        update: STALE_MS / 4,
        onCompromised: onLost,
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw notWritable(path.dirname(folder), error);
    }
    if (attempt === 0) onWaiting();
    await pause(POLL_MS);
  }
}

function lockLost(): SpeechError {
  return new SpeechError(
    'download_failed',
    'Another process has taken over the model store, since this one stood still.',
    'Try again: what has arrived is kept.',
  );
}
