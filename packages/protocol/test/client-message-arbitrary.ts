import fc from 'fast-check';
import type { ClientMessage } from '../src/client-messages.js';
import { protocolLimits } from '../src/limits.js';

const sampleRate = fc.integer(protocolLimits.sampleRate);

const audio = fc.record(
  {
    type: fc.constant('audio' as const),
    data: fc.uint8Array({ maxLength: 5_000 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    sampleRate,
  },
  { requiredKeys: ['type', 'data'] },
);

const endpointing = fc.record(
  {
    silenceMs: fc.integer(protocolLimits.silenceMs),
    maxUtteranceSeconds: fc.double({ ...protocolLimits.maxUtteranceSeconds, noNaN: true }),
  },
  { requiredKeys: [] },
);

const words = fc
  .array(fc.string({ minLength: 1, maxLength: 11 }), {
    minLength: 1,
    maxLength: protocolLimits.keyTermWords.max,
  })
  .map((each) => each.map((word) => word.replace(/\s/gu, '_')).join(' '));

const keyTerm = fc.oneof(
  words,
  fc.record(
    {
      text: words,
      weight: fc.double({ ...protocolLimits.keyTermWeight, noNaN: true }),
      soundsLike: fc.array(words, { maxLength: protocolLimits.keyTermSayings.max }),
    },
    { requiredKeys: ['text'] },
  ),
);

const configure = fc.record(
  {
    type: fc.constant('configure' as const),
    sampleRate,
    encoding: fc.constantFrom('s16le' as const, 'f32le' as const),
    channels: fc.constantFrom(1 as const, 2 as const),
    partials: fc.boolean(),
    words: fc.boolean(),
    language: fc.constantFrom('en', 'en-GB', 'de', 'auto'),
    task: fc.constantFrom('transcribe' as const, 'translate' as const),
    refine: fc.constantFrom('off' as const, 'on-stop' as const),
    writtenForm: fc.constantFrom('off' as const, 'on' as const),
    dictationCommands: fc.constantFrom('off' as const, 'on' as const),
    endpointing,
    lexicon: fc.constantFrom('medical' as const, 'none' as const),
    keyterms: fc.array(keyTerm, { maxLength: 20 }),
  },
  { requiredKeys: ['type'] },
);

const bare = fc.record({
  type: fc.constantFrom('stop' as const, 'finalize' as const, 'keepalive' as const),
});

const resume = fc.record({
  type: fc.constant('resume' as const),
  sessionId: fc.uuid(),
  token: fc.base64String({ maxLength: 100 }),
  next: fc.array(fc.nat(), { maxLength: 2 }),
});

/** Any message that a client may send. */
export const anyClientMessage: fc.Arbitrary<ClientMessage> = fc.oneof(audio, configure, bare, resume);
