import { z } from 'zod';
import { SpeechError } from '../../speech-error.js';
import type { HubConnection } from './hub-connection.js';
import { isPlainPath, isRevision } from './layout.js';
import { failureOfError } from './transfer-failure.js';
import type { RemoteFile } from './variant-files.js';

/** The commit that `main` of a repository points to. */
export async function findRevision(
  connection: HubConnection,
  repository: string,
  signal: AbortSignal,
): Promise<string> {
  const { value, host } = await getJson(
    connection,
    `/api/models/${repository}/revision/main`,
    repository,
    signal,
  );
  const parsed = z.object({ sha: z.string().refine(isRevision) }).safeParse(value);
  if (parsed.success) return parsed.data.sha;
  throw notUnderstood(host, repository);
}

/** All files of a repository at a revision, with the hash of those that are kept outside of git. */
export async function listFiles(
  connection: HubConnection,
  repository: string,
  revision: string,
  signal: AbortSignal,
): Promise<readonly RemoteFile[]> {
  const path = `/api/models/${repository}/tree/${revision}?recursive=true`;
  const { value, host } = await getJson(connection, path, repository, signal);
  const parsed = treeSchema.safeParse(value);
  if (!parsed.success) throw notUnderstood(host, repository);
  return parsed.data
    .filter(({ type, path: file }) => type === 'file' && isPlainPath(file))
    .map((file) => ({ path: file.path, bytes: file.lfs?.size ?? file.size ?? 0, sha256: file.lfs?.oid }));
}

/** The path from which a file is fetched. */
export function filePath(repository: string, revision: string, file: string): string {
  return `/${repository}/resolve/${revision}/${file}`;
}

/** The hub's list of a tree. The `oid` of a file kept outside of git is its SHA-256. */
const treeSchema = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.number().optional(),
    lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size: z.number() }).optional(),
  }),
);

/** The longest list of files that is read, bytes: no model has a longer one. */
const LONGEST_ANSWER = 8 * 1024 ** 2;

async function getJson(
  connection: HubConnection,
  path: string,
  repository: string,
  signal: AbortSignal,
): Promise<{ readonly value: unknown; readonly host: string }> {
  const { body, host } = await connection.get(path, {
    what: `repository ${repository}`,
    accept: (status) => status === 200,
    signal,
  });
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > LONGEST_ANSWER) throw notUnderstood(host, repository);
      chunks.push(chunk);
    }
  } catch (error) {
    throw failureOfError(error, host);
  }
  try {
    return { value: JSON.parse(Buffer.concat(chunks).toString()) as unknown, host };
  } catch {
    throw notUnderstood(host, repository);
  }
}

function notUnderstood(host: string, repository: string): SpeechError {
  return new SpeechError(
    'download_failed',
    `${host} did not answer with the list of files of ${repository}.`,
    'Check HF_ENDPOINT, and whether a proxy or a login page answers in its place.',
  );
}
