/** What a message or an entry of NATS holds as JSON; undefined if it holds none. */
export function jsonOf(message: { json(): unknown }): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}
