/** Whether what is left of a frame is to be dropped: another connection has come, or the session is over. */
export type Superseded = () => boolean;

/** Goes on with what was read: at once, or when it is read, unless it is superseded by then. */
export function whenRead<Read>(
  read: Read | Promise<Read>,
  superseded: Superseded,
  goOn: (read: Read) => void | Promise<void>,
): void | Promise<void> {
  if (!(read instanceof Promise)) return goOn(read);
  return read.then((late) => (superseded() ? undefined : goOn(late)));
}
