/**
 * Kills a child process when this process exits, since one that is stopped (SIGSTOP) or busy does not notice. Returns what calls
 * that off, for when the child has ended. All children share one listener: there may be many.
 */
export function killAtExit(child: Killable): () => void {
  if (children.size === 0) process.once('exit', killAll);
  children.add(child);
  return () => {
    children.delete(child);
    if (children.size === 0) process.off('exit', killAll);
  };
}

const children = new Set<Killable>();

function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** A child process, as far as it matters here. */
interface Killable {
  readonly kill: (signal: 'SIGKILL') => boolean;
}
