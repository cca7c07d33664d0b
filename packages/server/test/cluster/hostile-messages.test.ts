import type { RecognitionResult } from '@auscult/asr';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRequest } from '../../src/cluster/hand-over.js';
import { readAudio, writeAudio } from '../../src/cluster/inference/audio-payload.js';
import {
  createFrameAssembly,
  FRAME_KINDS,
  readFrame,
  writeFrames,
} from '../../src/cluster/inference/frames.js';
import {
  readAnnouncement,
  readAnswer,
  readBeat,
  readOrder,
  readRefusal,
} from '../../src/cluster/inference/messages.js';
import { readMember } from '../../src/cluster/member-bucket.js';
import type { Reading } from '../../src/cluster/read-message.js';
import { readChange } from '../../src/cluster/shared-failures.js';
import { readEnvelope } from '../../src/cluster/watched-sessions.js';

const JOB = {
  id: 1,
  priority: 'final',
  window: 'w',
  stream: '0',
  audio: { from: 0, to: 16_000, silenceAhead: 0, speed: 1 },
  prefix: [1],
  draft: [2],
  newSeconds: 1,
  keepState: false,
  decoding: { language: 'en', task: 'transcribe', beams: 1, fallback: false, speaks: false },
  termLists: ['lexicon'],
};

const RESULT: RecognitionResult = {
  tokens: [1, 2],
  logProbabilities: [-0.1, -0.2],
  heardAt: [0.1, 0.2],
  endLogProbability: -1,
  stopped: 'end',
  lostIn: { from: 0, to: 1 },
  language: 'en',
  noSpeech: 0,
  surenessBeforeTerms: -1,
  terms: [{ firstToken: 0, tokens: 1, text: 'x' }],
  alternatives: [{ firstToken: 0, tokens: 2, text: 'x', odds: -1 }],
};

const MACHINE = {
  name: 'ears',
  instance: 'a1',
  protocol: 1,
  version: '0.1.0',
  fingerprint: 'f',
  textTokens: 32_000,
  lexicon: 'medical',
  processes: 1,
  model: {
    name: 'moonshine-base',
    family: 'moonshine',
    languages: ['en'],
    tasks: ['transcribe'],
    computeType: 'int8',
    device: 'cpu',
  },
};

const DIGEST = 'a'.repeat(64);
const SESSION = '5e1f0c3a-7a39-4d6b-9d2e-3f1f6f0f8a11';

/** A message of each kind that members send each other, and what reads it. */
const MESSAGES: readonly (readonly [string, object, (payload: Uint8Array) => Reading<unknown>])[] = [
  ['a job', { type: 'job', job: JOB }, readOrder],
  ['key terms', { type: 'terms', list: { name: 'n', count: 1, json: '[]' } }, readOrder],
  ['the end of key terms', { type: 'forget-terms', name: 'n' }, readOrder],
  ['the end of a stream', { type: 'forget-audio', stream: '0' }, readOrder],
  ['the end of a window', { type: 'forget', window: 'w' }, readOrder],
  ['a job that nobody waits for', { type: 'cancel', id: 1 }, readOrder],
  ['a job that is urgent', { type: 'promote', id: 1 }, readOrder],
  ['a result', { type: 'result', id: 1, result: RESULT, runSeconds: 0.5 }, readAnswer],
  ['missing audio', { type: 'audio-missing', id: 1 }, readAnswer],
  ['a refused job', { type: 'refused', id: 1, part: 'job.prefix' }, readAnswer],
  ['room', { rooms: [12] }, readBeat],
  ['a machine', MACHINE, readAnnouncement],
  ['a refusal', { reason: 'another model' }, readRefusal],
  ['a server', { name: 'a', instance: 'x', protocol: 1, version: '0', clock: 1 }, readMember],
  ['a question about live sessions', { protocol: 1, key: 'k', sealed: 'AAAA' }, readEnvelope],
  ['a failed login', { from: 'x', what: 'fail', key: DIGEST }, readChange],
  [
    'a wanted session',
    { protocol: 1, sessionId: SESSION, tokenDigest: DIGEST, tenant: 't', subject: 's' },
    readRequest,
  ],
];

/** What may stand where a number, a name or anything else is expected. */
const anything = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', -1, 0.5, 1e308, 2 ** 53, [], {}, [[]], { __proto__: null }),
  fc.integer(),
  fc.double(),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(fc.integer({ min: -1, max: 2 ** 31 }), { maxLength: 5000, size: 'max' }),
  fc.json(),
);

describe.each(MESSAGES)('%s', (_name, message, read) => {
  const places = placesIn(message);

  test('is read as it was written', () => {
    expect(read(bytesOf(message))).toEqual({ ok: true, message });
  });

  test('is refused by the name of its part, or still fits, whatever stands in one of its places', () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), anything, (place, value) => {
        const payload = bytesOf(withValue(message, place, value));
        const reading = read(payload);
        if (reading.ok) expect(read(bytesOf(reading.message as object))).toEqual(reading);
        else expect(reading.part).toMatch(PART);
      }),
      { numRuns: 150 },
    );
  });

  test('is refused without any of its parts that must be there', () => {
    for (const place of places.filter((each) => !OPTIONAL.includes(String(each.at(-1))))) {
      const reading = read(bytesOf(withValue(message, place, undefined)));
      if (!/^\d+$/.test(String(place.at(-1)))) expect(reading.ok, place.join('.')).toBe(false);
    }
  });

  test('is refused at once if it is long or deep', () => {
    const deep = Buffer.from(`${'['.repeat(2 ** 22)}${']'.repeat(2 ** 22)}`);
    expect(read(deep)).toMatchObject({
      ok: false,
      part: expect.stringMatching(/^(length|nesting)$/) as string,
    });
    const long = bytesOf({ ...message, more: Array.from({ length: 2 ** 20 }, () => 1) });
    if (!long.toString('latin1', 0, 20).includes('terms'))
      expect(read(long)).toMatchObject({ part: 'length' });
  });
});

/** Parts that a message may lack. */
const OPTIONAL = ['window', 'lostIn', 'language', 'noSpeech', 'surenessBeforeTerms'];

/** Names of our own: nothing of what was sent. */
const PART = /^[A-Za-z]+(\.([A-Za-z]+|\d+))*$/;

test.each<[string, object]>([
  ['fewer probabilities than tokens', { logProbabilities: [-0.1] }],
  ['more times than tokens', { heardAt: [0.1, 0.2, 0.3] }],
  ['terms beyond its tokens', { terms: [{ firstToken: 2, tokens: 1, text: 'x' }] }],
  ['alternatives beyond its tokens', { alternatives: [{ firstToken: 1, tokens: 2, text: 'x', odds: 0 }] }],
])('a result with %s is refused', (_name, changed) => {
  const [part = ''] = Object.keys(changed);
  const payload = bytesOf({ type: 'result', id: 7, result: { ...RESULT, ...changed }, runSeconds: 1 });
  expect(readAnswer(payload)).toEqual({ ok: false, part: `result.${part}`, id: 7 });
});

test('bytes of any kind are a frame, or none, and never an error', () => {
  const frames = fc.record({
    kind: fc.constantFrom(...Object.values(FRAME_KINDS)),
    rest: fc.uint8Array({ maxLength: 200 }),
  });
  fc.assert(
    fc.property(fc.array(frames, { maxLength: 8 }), (all) => {
      const assembly = createFrameAssembly();
      for (const { kind, rest } of all) {
        const frame = readFrame(Uint8Array.of(1, kind, ...rest));
        if (frame === undefined) continue;
        assembly.take(frame);
        readAudio(frame.payload);
        for (const [, , read] of MESSAGES) read(frame.payload);
      }
    }),
  );
});

test('a message that never ends is given up, however small its frames are', () => {
  const assembly = createFrameAssembly();
  const [first] = writeFrames({ kind: 'audio', process: 0, epoch: 0 }, new Uint8Array(300_000), 0, 200_000);
  const frame = readFrame(first as Uint8Array);
  if (!frame) throw new TypeError('no frame');
  const taken = Array.from({ length: 200 }, (_, sequence) => assembly.take({ ...frame, sequence }));
  expect(taken).toContain('gap');
});

test('audio is bounded, and lies about its lengths are noticed', () => {
  const piece = { stream: '0', from: 0, neededFrom: 0, samples: new Int16Array(16) };
  const written = Buffer.from(writeAudio(piece));
  fc.assert(
    fc.property(fc.nat(written.length - 1), fc.nat(255), (at, value) => {
      const changed = Buffer.from(written);
      changed[at] = value;
      const read = readAudio(changed);
      if (read) expect(read.samples.length).toBeLessThanOrEqual(piece.samples.length);
    }),
  );
  expect(readAudio(writeAudio({ ...piece, samples: new Int16Array(120 * 16_000 + 1) }))).toBeUndefined();
});

function bytesOf(message: object): Buffer {
  return Buffer.from(JSON.stringify(message));
}

type Place = readonly string[];

/** The places of all values in a message. */
function placesIn(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    [name],
    ...placesIn(inner).map((place) => [name, ...place]),
  ]);
}

function withValue(message: unknown, [name = '', ...further]: Place, value: unknown): object {
  const copy: Record<string, unknown> | unknown[] = Array.isArray(message)
    ? [...(message as unknown[])]
    : { ...(message as object) };
  const own = copy as Record<string, unknown>;
  own[name] = further.length === 0 ? value : withValue(own[name], further, value);
  return copy;
}
