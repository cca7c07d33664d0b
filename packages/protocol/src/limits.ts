/** The name of this protocol, offered and accepted as the WebSocket subprotocol. */
export const PROTOCOL = 'auscult.v1';

/** Bounds that the protocol sets on the fields of client messages. A server may be narrower, never wider. */
export const protocolLimits = {
  /** Samples a second. */
  sampleRate: { min: 8_000, max: 48_000 },
  /** Silence that ends an utterance, milliseconds. */
  silenceMs: { min: 200, max: 3_000 },
  /** The longest utterance before it is cut, seconds. */
  maxUtteranceSeconds: { min: 5, max: 25 },
  /** Key terms of a session. */
  keyTerms: { max: 1_000 },
  /** Characters of one key term. */
  keyTermLength: { max: 100 },
} as const;
