import type { BlockStore } from './block-store.js';

const DATABASE = 'auscult-audio';
const BLOCKS = 'blocks';
const LOCK_PREFIX = 'auscult-audio-';
const NONCE_BYTES = 12;

/**
 * Opens a store that keeps audio in IndexedDB; `undefined` where there is none. The audio is sealed with a key that
 * cannot be taken out of this page's memory, so nobody can read what is left of a page that died; the next page that
 * opens the store removes it.
 */
export function sealedStoreOpener(): (() => Promise<BlockStore>) | undefined {
  const { indexedDB, navigator } = globalThis as { indexedDB?: IDBFactory; navigator?: Navigator };
  // Only a lock tells whether the page that audio belongs to still lives.
  const locks = navigator?.locks;
  if (!indexedDB || !locks) return undefined;
  return async () => openStore(indexedDB, locks);
}

async function openStore(factory: IDBFactory, locks: LockManager): Promise<BlockStore> {
  const owner = crypto.randomUUID();
  const unlock = await hold(locks, LOCK_PREFIX + owner);
  const database = await openDatabase(factory);
  await removeOrphans(database, locks);
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  return {
    put: async (number, samples) => {
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, samples);
      await written(database, (blocks) => blocks.put({ nonce, sealed }, [owner, number]));
    },
    get: async (number) => {
      const record: unknown = await resultOf(blocksOf(database, 'readonly').get([owner, number]));
      const { nonce, sealed } = record as { nonce: Uint8Array<ArrayBuffer>; sealed: ArrayBuffer };
      return new Int16Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce }, key, sealed));
    },
    remove: (number) => written(database, (blocks) => blocks.delete([owner, number])),
    close: async () => {
      await written(database, (blocks) => blocks.delete(everythingOf(owner))).finally(() => {
        database.close();
        unlock();
      });
    },
  };
}

/** Takes a lock until it is given back, or until the page is gone. */
function hold(locks: LockManager, name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    locks
      .request(
        name,
        () =>
          new Promise<void>((unlock) => {
            resolve(unlock);
          }),
      )
      .catch(reject);
  });
}

async function removeOrphans(database: IDBDatabase, locks: LockManager): Promise<void> {
  const { held = [] } = await locks.query();
  const living = new Set(held.map(({ name }) => name));
  const keys = (await resultOf(blocksOf(database, 'readonly').getAllKeys())) as [
    owner: string,
    number: number,
  ][];
  for (const owner of new Set(keys.map(([name]) => name))) {
    if (living.has(LOCK_PREFIX + owner)) continue;
    await written(database, (blocks) => blocks.delete(everythingOf(owner)));
  }
}

function everythingOf(owner: string): IDBKeyRange {
  return IDBKeyRange.bound([owner], [owner, Infinity]);
}

async function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(BLOCKS);
  };
  return resultOf(request);
}

function blocksOf(database: IDBDatabase, mode: IDBTransactionMode): IDBObjectStore {
  return database.transaction(BLOCKS, mode).objectStore(BLOCKS);
}

/** Resolves when the change is on disk: a full disk shows only then. */
function written(database: IDBDatabase, change: (blocks: IDBObjectStore) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const blocks = blocksOf(database, 'readwrite');
    blocks.transaction.oncomplete = () => {
      resolve();
    };
    blocks.transaction.onabort = () => {
      reject(blocks.transaction.error ?? new Error('IndexedDB gave up a change'));
    };
    change(blocks);
  });
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('IndexedDB failed'));
    };
  });
}
