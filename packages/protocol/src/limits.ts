/** The name of this protocol, offered and accepted as the WebSocket subprotocol. */
export const PROTOCOL = 'auscult.v1';

/**
 * Bounds that the protocol sets for the fields of client messages. Those of a server may be narrower, never wider.
 */
export const protocolLimits = {
  /** Samples a second. */
  sampleRate: { min: 8_000, max: 48_000 },
  /** Silence that ends an utterance, milliseconds. */
  silenceMs: { min: 200, max: 3_000 },
  /** An utterance that grows longer is cut, seconds. */
  maxUtteranceSeconds: { min: 5, max: 25 },
  /** How often a recording may be heard. */
  hearings: { max: 4 },
  /** Speakers that a client can ask for; and the highest number of one, since corrections may add some. */
  speakers: { max: 4, highest: 15 },
  /** Characters of the name of a speaker. */
  speakerName: { max: 100 },
  /** Places that one message may give to another speaker. */
  speakerCorrections: { max: 1_000 },
  /** Key terms of a session. */
  keyTerms: { max: 5_000 },
  /** Characters of one key term, and of one way to say it. */
  keyTermLength: { max: 100 },
  /** Words of the same. */
  keyTermWords: { max: 8 },
  /** How much more likely than others a key term is to be said; 1 by default. */
  keyTermWeight: { min: 0.1, max: 3 },
  /** Ways to say one key term. */
  keyTermSayings: { max: 8 },
  /** Commands of a session. */
  commands: { max: 100 },
  /** Characters of the phrase of a command, and of one value of a variable. */
  commandLength: { max: 100 },
  /** Variables of one command. */
  commandVariables: { max: 3 },
  /** Values of one variable, and of all variables of all commands. */
  commandValues: { max: 500, all: 2_000 },
  /** Words of a variable that is free text. */
  commandFreeWords: { max: 6 },
} as const;
