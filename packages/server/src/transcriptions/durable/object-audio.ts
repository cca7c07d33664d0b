import { Readable } from 'node:stream';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Objm, type ObjectResult, type ObjectStore } from '@nats-io/obj';
import type { ClusterConnection } from '../../cluster/connect-cluster.js';
import { atMost } from '../../at-most.js';
import { deleteMessages, deleteSubject } from '../../cluster/delete-messages.js';
import { requireRoom } from '../../cluster/jetstream-room.js';
import { createMovableSealedFile, receiveSealedFile, removedBy } from '../../storage/sealed-file.js';
import { AudioAwayError, type JobAudio } from './job-audio.js';

/** The bucket of JetStream in which all servers keep the audio of jobs. */
const BUCKET = 'auscult-audio';

/** The stream behind it. */
const STREAM = `OBJ_${BUCKET}`;

/**
 * Keeps the audio of jobs in JetStream, for servers that share no disk. While a file is written or read, it is on the disk of
 * one server as well, in a file of `folder` that has no name.
 */
export function createObjectAudio(nats: ClusterConnection['nats'], folder: string): JobAudio {
  let opening: Promise<ObjectStore> | undefined;
  const bucket = (): Promise<ObjectStore> => {
    opening ??= requireRoom(new Objm(nats).create(BUCKET)).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const place = async (): Promise<string> => {
    await bucket();
    return `jetstream:${BUCKET}`;
  };
  return {
    place,
    usedPlace: place,
    // Other servers use the bucket.
    removeIfEmpty: () => Promise.resolve(),
    create: async (name, key) => {
      const file = await createMovableSealedFile(folder, key);
      const arriving = removedBy(file, async () => {
        await file.remove();
        await deleteObject(nats, await bucket(), name);
      });
      return Object.assign(arriving, {
        keep: async () => {
          await file.finish();
          const store = await bucket();
          await requireRoom(store.put({ name }, streamOf(file.sealedBytes())));
          await file.remove();
        },
      });
    },
    open: async (name, key, size) => {
      const found = await bucket()
        .then((store) => store.get(name))
        .catch((cause: unknown) => {
          throw new AudioAwayError('JetStream does not answer', { cause });
        });
      if (found === null) throw new RangeError('the object is not there');
      return receiveSealedFile(folder, piecesOf(found), key, size);
    },
    remove: async (name) => deleteObject(nats, await bucket(), name),
  };
}

/**
 * The bytes of an object. Throws an `AudioAwayError` unless everything came; what came and is not what was put fails with another
 * error.
 */
async function* piecesOf({ data, error, info }: ObjectResult): AsyncGenerator<Uint8Array> {
  const reader = data.getReader();
  const read = () =>
    reader.read().catch(async (cause: unknown) => {
      // A delivery that came to its end has brought what is not as it was put.
      await error.catch(() => {
        throw new AudioAwayError('JetStream did not deliver all', { cause });
      });
      throw cause;
    });
  error.catch(() => undefined);
  let left = info.size;
  try {
    while (left > 0) {
      const { value } = await unlessStalled(read());
      if (value === undefined) throw new RangeError('the object is shorter than it was');
      left -= value.length;
      yield value;
    }
    await unlessStalled(read());
  } finally {
    await reader.cancel();
  }
}

/** A delivery that is cut off by a lost connection neither goes on nor fails for a minute. */
async function unlessStalled<Result>(work: Promise<Result>): Promise<Result> {
  let done: { readonly result: Result } | undefined;
  await atMost(
    STALLED_MS,
    work.then((result) => {
      done = { result };
    }),
  );
  if (done === undefined) throw new AudioAwayError('JetStream does not deliver');
  return done.result;
}

/** A piece is 128 kB: whatever takes longer is not slow but away, milliseconds. */
const STALLED_MS = 10_000;

async function deleteObject(
  nats: ClusterConnection['nats'],
  store: ObjectStore,
  name: string,
): Promise<void> {
  const found = await store.info(name);
  if (found === null) return;
  const manager = await jetstreamManager(nats, { checkAPI: false });
  await deleteSubject({ stream: jetstream(nats), manager }, STREAM, `$O.${BUCKET}.C.${found.nuid}`);
  // The object store itself would leave a note, for ever, that there was an object of this name.
  const about = await manager.streams.getMessage(STREAM, { last_by_subj: aboutSubject(name) });
  if (about !== null) await deleteMessages(manager, STREAM, [about.seq]);
}

/** Where the object store keeps what it knows of an object. */
function aboutSubject(name: string): string {
  const padded = Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  return `$O.${BUCKET}.M.${padded}`;
}

function streamOf(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  return Readable.toWeb(Readable.from(bytes)) as ReadableStream<Uint8Array>;
}
