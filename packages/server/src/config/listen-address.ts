/** Where something listens. */
export interface ListenAddress {
  /** Name or address, without brackets. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

const FORMAT = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i;
const HIGHEST_PORT = 65_535;

/** Reads `host:port`; an IPv6 address stands in brackets. Undefined if it is none. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, inBrackets, name, port] = FORMAT.exec(text) ?? [];
  const host = inBrackets ?? name;
  if (host === undefined || Number(port) > HIGHEST_PORT) return undefined;
  return { host, port: Number(port) };
}
