import path from 'node:path';

/**
 * The folder of the store. In it: `<owner>--<name>/<revision>/…` with the files of a repository as they are named
 * there and a `manifest.json`; `<owner>--<name>/held-revision.json` if `main` was followed; and
 * `<owner>--<name>.lock` while a process writes.
 */
export function storeFolder(directory: string): string {
  return path.resolve(directory, 'models');
}

/** The folder of all revisions of a repository. */
export function repositoryFolder(directory: string, repository: string): string {
  return path.join(storeFolder(directory), repository.replace('/', '--'));
}

/** The repository that a folder belongs to, by its name. */
export function repositoryOfFolder(name: string): string | undefined {
  const [owner, repository, ...more] = name.split('--');
  if (!owner || !repository || more.length > 0) return undefined;
  return `${owner}/${repository}`;
}

/** The folder of the files of one revision. */
export function revisionFolder(directory: string, repository: string, revision: string): string {
  return path.join(repositoryFolder(directory, repository), revision);
}

/** Whether a text is a commit. Nothing else may be a revision, since it becomes the name of a folder. */
export function isRevision(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/**
 * Whether a path from outside stays inside the folder that it is put into, on every system: it is relative, has only
 * plain characters, and no segment is hidden, empty or points up.
 */
export function isPlainPath(text: string): boolean {
  return (
    text.length <= 200 && text.split('/').every((segment) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(segment))
  );
}
