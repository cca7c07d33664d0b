import type { IncomingHttpHeaders } from 'node:http';

/** Characters of keys and tokens. */
const CREDENTIAL = String.raw`[\w.~+/=-]+`;

const authorizationPattern = new RegExp(`^(?:Bearer|Token) +(${CREDENTIAL}) *$`, 'i');
const basicPattern = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i;
const credentialPattern = new RegExp(`^${CREDENTIAL}$`);

/** Subprotocols that say that the next one is a credential. */
const ANNOUNCING = ['token', 'bearer'];

/** The beginning of a subprotocol that holds a credential. */
const HOLDING = 'openai-insecure-api-key.';

/**
 * The key or token that a client of another service shows, in the `Authorization` header or, where that is absent, among
 * the subprotocols of a socket; undefined if there is none.
 */
export function foreignCredentialIn({
  authorization,
  'sec-websocket-protocol': protocols,
}: Pick<IncomingHttpHeaders, 'authorization' | 'sec-websocket-protocol'>): string | undefined {
  if (authorization !== undefined) return inAuthorization(authorization);
  return protocols === undefined ? undefined : inSubprotocols(protocols.split(',').map((one) => one.trim()));
}

function inAuthorization(authorization: string): string | undefined {
  const encoded = basicPattern.exec(authorization)?.[1];
  if (encoded === undefined) return authorizationPattern.exec(authorization)?.[1];
  // The user name is the client's own business.
  const [, ...password] = Buffer.from(encoded, 'base64').toString().split(':');
  const text = password.join(':');
  return credentialPattern.test(text) ? text : undefined;
}

function inSubprotocols(protocols: readonly string[]): string | undefined {
  const held = protocols.find((protocol) => protocol.startsWith(HOLDING))?.slice(HOLDING.length);
  if (held !== undefined) return held;
  const announced = protocols.findIndex((protocol) => ANNOUNCING.includes(protocol));
  return announced === -1 ? undefined : protocols[announced + 1];
}
