import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { ConfigError } from '../../config/config-error.js';
import type { CommitQueue } from '../../db/commit-queue.js';
import type { Database } from '../../db/database.js';
import { databaseFailureOf } from '../../db/database-failure.js';
import { secondsNow } from '../../db/seconds-now.js';
import { RequestError } from '../../errors.js';
import { withFileLock } from '../../storage/file-lock.js';
import { prepareReplacement, shredRemains, type Replacement } from '../../storage/replace-file.js';
import type { Log } from '../../telemetry/log.js';
import { errorCode } from '../../error-code.js';
import { addToDestroyedList, readDestroyedList } from '../destroyed-list.js';
import { copied, emptyCopy, idOfCopy, placeOfCopy, readCopy, textOfCopy, type KeyCopy } from './key-copy.js';
import type { MasterKeys } from '../master-keys.js';

/**
 * The copies of data keys that backups are read with: that of this server, and those that the database tells of.
 * Whoever changes one holds its lock, in this process and in all others.
 */
export interface KeyCopies {
  /**
   * Has `commit` destroy sessions in the database, and resolves when no copy that a running server can reach holds
   * their keys. Those who ask at the same time share the work. Rejects with what `commit` rejects with; with
   * `key_copy_unavailable` where a copy cannot be written, mostly before anything is committed. Where it was
   * committed already, the key is removed as soon as that can be done, by this process or the next.
   */
  readonly whileDestroying: (sessionIds: readonly string[], commit: () => Promise<void>) => Promise<void>;
  /** Brings the copy of this server up to the database, for the backup that was just made. */
  readonly renew: () => Promise<void>;
  /**
   * Removes from every copy here, and adds to the list of what was destroyed, whatever somebody who was killed had not
   * come to. Rejects where that cannot be done; it is tried again by itself then.
   */
  readonly settle: () => Promise<void>;
  /** Does for others what they cannot reach, and tries again what failed, until the returned function is called. */
  readonly attend: () => () => void;
  /** Waits for what is under way. */
  readonly close: () => Promise<void>;
}

/** What copies are kept with. */
export interface KeyCopyServices {
  readonly database: Database;
  readonly queue: CommitQueue;
  readonly masterKeys: MasterKeys;
  readonly log: Log;
  /** The copy of this server, which need not be there yet. */
  readonly path: string;
  /** The list of what was destroyed here. */
  readonly listPath: string;
}

/** How long a deletion waits for a copy, or for another server to clean its own, milliseconds. */
const PATIENCE_MS = 5000;
/** How long a copy may be unwritable before a deletion is refused, milliseconds. */
const WRITE_PATIENCE_MS = 2000;
/** Between two attempts to write one, milliseconds. */
const ATTEMPT_MS = 250;
/** How long an attempt to write to the database may take, milliseconds; there will be another. */
const PATIENCE = { milliseconds: 5000 } as const;
/** When a client may try again, seconds. */
const RETRY_AFTER_SECONDS = 5;

/** How often a server looks for keys that others destroyed: PostgreSQL is shared, and somebody may wait. Milliseconds. */
const ATTEND_MS = { postgres: 500, sqlite: 5000 } as const;
/** How often a server tells which copies it can reach, milliseconds. */
const TELL_MS = 5000;
/** A server that has not told for so long is not waited for, seconds. */
const REACHABLE_SECONDS = 15;

/** Rows and names in one statement. */
const PAGE = 500;

interface Waiting {
  readonly sessionIds: readonly string[];
  readonly commit: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A copy as it will be once what is asked for is committed. */
interface PreparedCopy {
  readonly place: string;
  readonly id: string;
  readonly replacement: Replacement;
}

/** Opens the copies. Nothing is read or written before it is asked for. */
export function createKeyCopies(services: KeyCopyServices): KeyCopies {
  const { database, queue, masterKeys, log, path, listPath } = services;
  const { db } = database;
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  let isFailing = false;
  let retry: NodeJS.Timeout | undefined;

  const whileDestroying: KeyCopies['whileDestroying'] = (sessionIds, commit) =>
    new Promise((resolve, reject) => {
      waiting.push({ sessionIds, commit, resolve, reject });
      running ??= run();
    });

  const run = async (): Promise<void> => {
    // What is asked for in the same turn of the event loop belongs together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const together = waiting;
      waiting = [];
      await destroyTogether(together);
    }
    running = undefined;
  };

  const destroyTogether = async (together: readonly Waiting[]): Promise<void> => {
    const ids = together.flatMap(({ sessionIds }) => sessionIds);
    let outcomes: readonly PromiseSettledResult<void>[] | undefined;
    const commit = async (): Promise<void> => {
      outcomes = await Promise.allSettled(together.map((each) => each.commit()));
    };
    let failure: unknown;
    try {
      await removeWith(ids, commit);
      recovered();
    } catch (error) {
      failure = unavailable(error);
      failing(error);
    }
    for (const [index, { resolve, reject }] of together.entries()) {
      const outcome = outcomes?.[index];
      if (outcome?.status === 'rejected') reject(outcome.reason);
      else if (failure === undefined) resolve();
      else reject(failure);
    }
  };

  /** Nothing is committed before every copy here could be replaced, and nothing is told before every one is. */
  const removeWith = async (ids: readonly string[], commit: () => Promise<void>): Promise<void> => {
    const places = await prepareAndCommit(ids, commit);
    const gone = await destroyedAmong(ids);
    // A backup may have begun a copy meanwhile.
    const later = (await placesHere()).filter((place) => !places.includes(place));
    for (const place of later) await locked([place], () => removeFrom(place, gone));
    await waitForOthers(gone);
  };

  const prepareAndCommit = async (
    ids: readonly string[],
    commit: () => Promise<void>,
  ): Promise<readonly string[]> => {
    const giveUpAt = Date.now() + WRITE_PATIENCE_MS;
    for (;;) {
      const places = await placesHere();
      let isCommitting = false;
      try {
        await locked(places, async () => {
          const prepared = await prepareAll(places, ids);
          isCommitting = true;
          await commit();
          await installWhatIsGone(prepared, ids);
        });
        return places;
      } catch (error) {
        if (isCommitting || Date.now() > giveUpAt) throw error;
      }
      await pause(ATTEMPT_MS);
    }
  };

  const prepareAll = async (
    places: readonly string[],
    ids: readonly string[],
  ): Promise<readonly PreparedCopy[]> => {
    const prepared: PreparedCopy[] = [];
    try {
      for (const place of places) {
        const copy = await readCopy(place);
        if (copy === undefined) continue;
        const replacement = await prepareReplacement(place, textOfCopy(copy, new Set(ids)));
        prepared.push({ place, id: copy.id, replacement });
      }
      return prepared;
    } catch (error) {
      await discardAll(prepared);
      throw error;
    }
  };

  const installWhatIsGone = async (
    prepared: readonly PreparedCopy[],
    ids: readonly string[],
  ): Promise<void> => {
    let gone: readonly string[];
    try {
      gone = await destroyedAmong(ids);
    } catch (error) {
      await discardAll(prepared);
      throw error;
    }
    if (gone.length === new Set(ids).size) {
      for (const { replacement } of prepared) await replacement.install();
      for (const { id } of prepared) await noteRemoved(id, gone);
    } else {
      // Some were refused, and keep their keys.
      await discardAll(prepared);
      if (gone.length > 0) for (const { place } of prepared) await removeFrom(place, gone);
    }
    await addToDestroyedList(listPath, masterKeys, gone);
  };

  /** Under the lock of the copy. */
  const removeFrom = async (place: string, gone: readonly string[]): Promise<void> => {
    await shredRemains(place);
    const copy = await readCopy(place);
    if (copy === undefined) return;
    const pending = await pendingFor(copy.id);
    const ids = [...new Set([...gone, ...pending])];
    if (ids.some((id) => copy.keys.has(id) || !copy.destroyed.has(id))) await replace(place, copy, ids);
    await noteRemoved(copy.id, ids);
  };

  const renew: KeyCopies['renew'] = async () => {
    const place = await placeOfCopy(path);
    await locked([place], async () => {
      const old = (await readCopy(place)) ?? emptyCopy();
      const id = (await isElsewhere(old.id, place)) ? emptyCopy().id : old.id;
      // Before the keys are read: whoever destroys one of them from now on knows of the copy.
      await register(id, place);
      const pending = await pendingFor(id);
      const keys = await asked(db.selectFrom('data_keys').selectAll().execute());
      const destroyed = await allDestroyed();
      const there = new Map(keys.map(({ session_id: session, ...key }) => [session, copied(key)]));
      const merged: KeyCopy = {
        id,
        keys: new Map([...old.keys, ...there]),
        // One that the database holds is not destroyed, whatever an interrupted deletion noted.
        destroyed: new Set([...old.destroyed].filter((session) => !there.has(session))),
      };
      await replace(place, merged, [...merged.destroyed, ...destroyed]);
      await noteRemoved(
        id,
        pending.filter((session) => destroyed.has(session)),
      );
    });
  };

  const settle: KeyCopies['settle'] = async () => {
    try {
      const destroyed = await allDestroyed();
      for (const place of await placesHere()) await locked([place], () => settleCopy(place, destroyed));
      const listed = await readDestroyedList(listPath, masterKeys);
      await addToDestroyedList(
        listPath,
        masterKeys,
        [...destroyed].filter((id) => listed?.has(id) !== true),
      );
      recovered();
    } catch (error) {
      failing(error);
      throw unavailable(error);
    }
  };

  /** Under the lock of the copy. */
  const settleCopy = async (place: string, destroyed: ReadonlySet<string>): Promise<void> => {
    await shredRemains(place);
    const copy = await readCopy(place);
    if (copy === undefined) return;
    const back = [...copy.keys.keys()].filter((id) => destroyed.has(id));
    const isNamed = (await idOfCopy(place)) !== undefined;
    if (back.length > 0 || !isNamed) await replace(place, copy, back);
    if (place === (await placeOfCopy(path))) await register(copy.id, place);
    await removeFrom(place, back);
  };

  const attend: KeyCopies['attend'] = () => {
    let isBusy = false;
    let toldAt = 0;
    const look = async (): Promise<void> => {
      const places = new Map<string, string>();
      for (const place of await placesHere()) {
        const id = await idOfCopy(place);
        if (id !== undefined) places.set(id, place);
      }
      if (places.size === 0) return;
      const ids = [...places.keys()];
      const pending = await asked(
        db.selectFrom('key_removals').select('copy_id').distinct().where('copy_id', 'in', ids).execute(),
      );
      for (const { copy_id: id } of pending) {
        const place = places.get(id);
        if (place !== undefined) await locked([place], () => removeFrom(place, []));
      }
      if (pending.length > 0) recovered();
      if (Date.now() - toldAt < TELL_MS) return;
      toldAt = Date.now();
      await tellReachable(ids);
    };
    const timer = setInterval(() => {
      if (isBusy) return;
      isBusy = true;
      look()
        .catch(failing)
        .finally(() => (isBusy = false));
    }, ATTEND_MS[database.kind]).unref();
    return () => {
      clearInterval(timer);
    };
  };

  const close: KeyCopies['close'] = async () => {
    await running;
    clearTimeout(retry);
  };

  const replace = async (place: string, copy: KeyCopy, gone: readonly string[]): Promise<void> => {
    const replacement = await prepareReplacement(place, textOfCopy(copy, new Set(gone)));
    await replacement.install();
  };

  /** Where copies are on this machine, or are being made. In one order, so that no two wait for each other. */
  const placesHere = async (): Promise<readonly string[]> => {
    const rows = await asked(db.selectFrom('key_copies').select('path').execute());
    const places = await Promise.all([path, ...rows.map((row) => row.path)].map(placeOfCopy));
    const there = await Promise.all(
      places.map(async (place) => (await isThere(place)) || (await isThere(`${place}.lock`))),
    );
    return [...new Set(places.filter((_, index) => there[index]))].sort();
  };

  /** Whether the name belongs to a copy at another place that still is there: one of them was copied by hand. */
  const isElsewhere = async (id: string, place: string): Promise<boolean> => {
    const row = await asked(
      db.selectFrom('key_copies').select('path').where('id', '=', id).executeTakeFirst(),
    );
    return row !== undefined && row.path !== place && (await idOfCopy(row.path)) === id;
  };

  const register = (id: string, place: string): Promise<void> =>
    queue.submit(async (transaction) => {
      const seen_at = secondsNow(database.kind);
      await transaction
        .insertInto('key_copies')
        .values({ id, path: place, seen_at })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ path: place, seen_at }))
        .execute();
    }, PATIENCE);

  const tellReachable = (ids: readonly string[]): Promise<void> =>
    queue.submit(async (transaction) => {
      await transaction
        .updateTable('key_copies')
        .set({ seen_at: secondsNow(database.kind) })
        .where('id', 'in', ids)
        .execute();
    }, PATIENCE);

  const noteRemoved = async (copyId: string, ids: readonly string[]): Promise<void> => {
    if (ids.length === 0) return;
    await queue.submit(async (transaction) => {
      for (const some of pagesOf(ids))
        await transaction
          .deleteFrom('key_removals')
          .where('copy_id', '=', copyId)
          .where('session_id', 'in', some)
          .execute();
    }, PATIENCE);
  };

  const pendingFor = async (copyId: string): Promise<readonly string[]> => {
    const rows = await asked(
      db.selectFrom('key_removals').select('session_id').where('copy_id', '=', copyId).execute(),
    );
    return rows.map(({ session_id: id }) => id);
  };

  const destroyedAmong = async (ids: readonly string[]): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const some of pagesOf([...new Set(ids)])) {
      const rows = await asked(
        db.selectFrom('destroyed_keys').select('session_id').where('session_id', 'in', some).execute(),
      );
      found.push(...rows.map(({ session_id: id }) => id));
    }
    return found;
  };

  const allDestroyed = async (): Promise<ReadonlySet<string>> => {
    const rows = await asked(db.selectFrom('destroyed_keys').select('session_id').execute());
    return new Set(rows.map(({ session_id: id }) => id));
  };

  /** Servers on other machines clean what only they can reach; those that do not run do it when they start. */
  const waitForOthers = async (ids: readonly string[]): Promise<void> => {
    if (database.kind === 'sqlite' || ids.length === 0) return;
    const giveUpAt = Date.now() + PATIENCE_MS;
    while (await isHeldElsewhere(ids)) {
      if (Date.now() > giveUpAt) {
        log.warn('another server has not cleaned its copy of data keys yet', { count: ids.length });
        throw new RequestError('key_copy_unavailable', {}, RETRY_AFTER_SECONDS);
      }
      await pause(ATTEMPT_MS / 2);
    }
  };

  const isHeldElsewhere = async (ids: readonly string[]): Promise<boolean> => {
    for (const some of pagesOf(ids)) {
      const row = await asked(
        db
          .selectFrom('key_removals')
          .innerJoin('key_copies', 'key_copies.id', 'key_removals.copy_id')
          .select('copy_id')
          .where('session_id', 'in', some)
          .where(sql<boolean>`seen_at > ${secondsNow(database.kind)} - ${sql.lit(REACHABLE_SECONDS)}`)
          .limit(1)
          .executeTakeFirst(),
      );
      if (row !== undefined) return true;
    }
    return false;
  };

  const failing = (error: unknown): void => {
    // The database is away, which the queue tells of.
    if (error instanceof RequestError) return;
    if (!isFailing) log.error(CANNOT_WRITE, { code: errorCode(error), ...placeOf(error, path) });
    isFailing = true;
    retry ??= setTimeout(() => {
      retry = undefined;
      // It is failing still, and says so.
      settle().catch(() => undefined);
    }, RETRY_MS).unref();
  };

  const recovered = (): void => {
    if (isFailing) log.info('copies of data keys are written again');
    isFailing = false;
  };

  return { whileDestroying, renew, settle, attend, close };
}

/** When it is tried again to clean a copy, milliseconds. */
const RETRY_MS = 2000;

/** What the operator is told, once for each outage. */
const CANNOT_WRITE =
  'A COPY OF DATA KEYS CANNOT BE WRITTEN: deletions are refused until it can; look at its disk and its permissions';

/** Which copy it is about. */
function placeOf(error: unknown, path: string): { readonly path: string } | { readonly problem: string } {
  if (error instanceof ConfigError) return { problem: error.message };
  const isAbout = error instanceof Error && 'path' in error && typeof error.path === 'string';
  return { path: isAbout ? String(error.path) : path };
}

async function locked(places: readonly string[], work: () => Promise<void>): Promise<void> {
  const [place, ...others] = places;
  if (place === undefined) await work();
  else await withFileLock(place, PATIENCE_MS, () => locked(others, work));
}

async function discardAll(prepared: readonly PreparedCopy[]): Promise<void> {
  for (const { replacement } of prepared) await replacement.discard().catch(() => undefined);
}

/** A database that is away is told from a copy that cannot be written. */
async function asked<Result>(query: Promise<Result>): Promise<Result> {
  try {
    return await query;
  } catch (error) {
    if (databaseFailureOf(error) === 'unforeseen') throw error;
    throw new RequestError('records_unavailable', {}, RETRY_AFTER_SECONDS, { cause: error });
  }
}

function unavailable(error: unknown): unknown {
  return error instanceof RequestError
    ? error
    : new RequestError('key_copy_unavailable', {}, RETRY_AFTER_SECONDS, { cause: error });
}

function pagesOf(ids: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / PAGE) }, (_, page) =>
    ids.slice(page * PAGE, (page + 1) * PAGE),
  );
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}
