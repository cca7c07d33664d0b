import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SpeechError } from '../../speech-error.js';
import { hashFile } from '../hash-file.js';
import { failureOfDisk } from './disk-failure.js';
import type { HubConnection, HubResponse } from './hub-connection.js';
import type { TransferPolicy } from './model-store.js';
import { failureOfError, TransferInterrupted } from './transfer-failure.js';
import type { RemoteFile } from './variant-files.js';
import { withRetries } from './with-retries.js';

/** What is needed for a download. */
interface Download {
  readonly connection: HubConnection;
  readonly policy: TransferPolicy;
  /** The file's path on the hub. */
  readonly source: string;
  /** The folder of the revision. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Called with how much of the file is there, bytes. */
  readonly onReceived: (bytes: number) => void;
  readonly onRetry: (failure: SpeechError, inSeconds: number) => void;
}

/**
 * Fetches a file and moves it to its place once it is complete and verified. Until then, what has arrived is kept
 * beside it as `.part`, so that a later attempt, of this process or another, continues from there. Returns its
 * SHA-256. A file with the wrong hash is fetched once more from the beginning, then `model_corrupt` is thrown.
 */
export async function downloadFile(file: RemoteFile, download: Download): Promise<string> {
  const target = path.join(download.folder, file.path);
  const part = `${target}.part`;
  try {
    await mkdir(path.dirname(target), { recursive: true });
    for (let attempt = 0; attempt < 2; attempt++) {
      await fetchWhole(file, part, download);
      const { size } = await stat(part);
      const sha256 = await hashFile(part);
      if (size === file.bytes && (file.sha256 ?? sha256) === sha256) {
        await rename(part, target);
        await rm(validatorFile(part), { force: true });
        return sha256;
      }
      await discard(part);
      download.onReceived(0);
    }
  } catch (error) {
    throw failureOfDisk(error, download.folder);
  }
  throw new SpeechError(
    'model_corrupt',
    `The hub's file ${file.path} is not the one that was pinned: its size or checksum differed twice in a row.`,
    'Check HF_ENDPOINT and the proxy, which may alter files. If the model itself has changed, an update of this program will say so.',
  );
}

/** The space that a file still needs, bytes. */
export async function missingBytes(folder: string, { path: file, bytes }: RemoteFile): Promise<number> {
  return Math.max(0, bytes - (await sizeOf(path.join(folder, `${file}.part`))));
}

async function fetchWhole(file: RemoteFile, part: string, download: Download): Promise<void> {
  let furthest = await sizeOf(part);
  await withRetries(() => fetchRest(file, part, download), {
    ...download,
    async gained() {
      const size = await sizeOf(part);
      const gained = size > furthest;
      furthest = Math.max(furthest, size);
      return gained;
    },
  });
}

async function fetchRest(file: RemoteFile, part: string, download: Download): Promise<void> {
  const { connection, source, signal, onReceived } = download;
  const there = await sizeOf(part);
  if (there > file.bytes) await discard(part);
  // The file counts as complete; its hash will tell.
  if (there === file.bytes) return;
  const validator = await readValidator(part);
  const from = validator !== undefined || file.sha256 !== undefined ? there : 0;
  const response = await connection.get(source, {
    what: `file ${file.path}`,
    headers:
      from > 0 ? { range: `bytes=${from}-`, ...(validator !== undefined && { 'if-range': validator }) } : {},
    accept: (status) => status === 200 || status === 206 || status === 416,
    signal,
  });
  const begin = response.status === 206 ? startOf(response) : 0;
  if (response.status === 416 || begin !== (response.status === 206 ? from : 0)) {
    response.body.destroy();
    await discard(part);
    throw new TransferInterrupted(unexpectedRange(response.host));
  }
  if (begin === 0) await writeValidator(part, response);
  await append(response, part, begin, file, onReceived);
  if ((await sizeOf(part)) < file.bytes) throw new TransferInterrupted(endedEarly(response.host));
}

async function append(
  response: HubResponse,
  part: string,
  begin: number,
  file: RemoteFile,
  onReceived: (bytes: number) => void,
): Promise<void> {
  const handle = await open(part, begin > 0 ? 'a' : 'w');
  let received = begin;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      // Written before the next chunk is asked for, so that everything that has arrived is kept whatever happens.
      await handle.appendFile(chunk);
      received += chunk.length;
      onReceived(Math.min(received, file.bytes));
      // The file is too long already, so no more disk space is spent on it.
      if (received > file.bytes) break;
    }
  } catch (error) {
    throw failureOfError(error, response.host);
  } finally {
    await handle.sync();
    await handle.close();
  }
}

/** The first byte of a partial answer, from `Content-Range: bytes 100-199/200`. */
function startOf({ header }: HubResponse): number {
  return Number(/^bytes (\d+)-/.exec(header('content-range') ?? '')?.[1] ?? -1);
}

/** A strong validator tells whether the rest of a file belongs to its beginning (RFC 9110, section 13.1.5). */
async function writeValidator(part: string, { header }: HubResponse): Promise<void> {
  const etag = header('etag');
  if (etag?.startsWith('"')) await writeFile(validatorFile(part), etag);
  else await rm(validatorFile(part), { force: true });
}

async function readValidator(part: string): Promise<string | undefined> {
  try {
    const etag = await readFile(validatorFile(part), 'utf8');
    return /^"[\x21\x23-\x7e]*"$/.test(etag) ? etag : undefined;
  } catch {
    return undefined;
  }
}

function validatorFile(part: string): string {
  return `${part}.etag`;
}

async function discard(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(validatorFile(part), { force: true });
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}

function endedEarly(host: string): SpeechError {
  return new SpeechError(
    'download_failed',
    `${host} ends files before they are complete.`,
    'Try again: what has arrived is kept, and the download goes on from there.',
  );
}

function unexpectedRange(host: string): SpeechError {
  return new SpeechError(
    'download_failed',
    `${host} sends a different part of the file than it was asked for.`,
    'Try again, and check the proxy if this goes on.',
  );
}
