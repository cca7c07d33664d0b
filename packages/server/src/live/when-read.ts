/** Whether the rest of a frame is to be dropped, since another connection has come or the session is over. */
export type Superseded = () => boolean;

/** Continues with what was read, at once or when it has been read, unless it is superseded by then. */
export function whenRead<Read>(
  read: Read | Promise<Read>,
  superseded: Superseded,
  goOn: (read: Read) => void | Promise<void>,
): void | Promise<void> {
  if (!(read instanceof Promise)) return goOn(read);
  return read.then((late) => (superseded() ? undefined : goOn(late)));
}
