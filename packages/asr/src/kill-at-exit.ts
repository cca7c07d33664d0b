import type { ChildProcess } from 'node:child_process';

/**
 * Kills a child process when this process exits, since one that is stopped (SIGSTOP) or busy does not notice. Returns what calls
 * that off, for when the child has ended. All children share one listener: there may be many.
 */
export function killAtExit(child: Pick<ChildProcess, 'kill'>): () => void {
  if (children.size === 0) process.once('exit', killAll);
  children.add(child);
  return () => {
    children.delete(child);
    if (children.size === 0) process.off('exit', killAll);
  };
}

const children = new Set<Pick<ChildProcess, 'kill'>>();

function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}
