import { keyTermListName, type RecognitionResult } from '@auscult/asr';
import { listKeyTerms } from '@auscult/asr/key-terms';
import { expect, test } from 'vitest';
import { readAudio, writeAudio } from '../../src/cluster/inference/audio-payload.js';
import {
  createFrameAssembly,
  FRAME_KINDS,
  readFrame,
  writeFrames,
  type Frame,
} from '../../src/cluster/inference/frames.js';
import { isKeyTermList, readAnswer, readOrder, writeMessage } from '../../src/cluster/inference/messages.js';

const HEADER = { kind: 'order', process: 3, epoch: 7 } as const;

test.each([0, 1, 499, 500, 501, 5000])(
  'a message of %d bytes comes out of its frames as it went in',
  (bytes) => {
    const payload = Uint8Array.from({ length: bytes }, (_, index) => index % 251);
    const frames = writeFrames(HEADER, payload, 0, 512).map((each) => readFrame(each));
    expect(frames.every((frame) => frame !== undefined)).toBe(true);
    const assembly = createFrameAssembly();
    const taken = frames.map((frame) => assembly.take(frame as Frame));
    expect(taken.slice(0, -1).every((each) => each === 'incomplete')).toBe(true);
    expect(taken.at(-1)).toMatchObject({ ...HEADER, payload: Buffer.from(payload) });
  },
);

test('a missing frame is noticed', () => {
  const assembly = createFrameAssembly();
  const [first, second] = writeFrames(HEADER, new Uint8Array(1000), 0, 512).map(readFrame);
  expect(assembly.take(second as Frame)).toBe('gap');
  expect(assembly.take(first as Frame)).toBe('incomplete');
});

test('what is no frame is none', () => {
  expect(readFrame(new Uint8Array(0))).toBeUndefined();
  expect(readFrame(new Uint8Array(64))).toBeUndefined();
  expect(readFrame(Uint8Array.of(1, 250, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))).toBeUndefined();
  for (let round = 0; round < 2000; round++) {
    const bytes = Uint8Array.from({ length: round % 70 }, (_, index) => (index * round * 31 + round) % 256);
    if (bytes.length > 0) bytes[0] = 1;
    if (bytes.length > 1) bytes[1] = Object.values(FRAME_KINDS)[round % 9] ?? 0;
    const frame = readFrame(bytes);
    if (!frame) continue;
    readAudio(frame.payload);
    expect(readOrder(frame.payload).ok).toBe(false);
    expect(readAnswer(frame.payload).ok).toBe(false);
  }
});

test.each(['7', '42', 'x'.repeat(64)])('audio of the stream %s comes out as it went in', (stream) => {
  const piece = { stream, from: 5e9, neededFrom: 4e9, samples: Int16Array.of(1, -32768, 32767) };
  expect(readAudio(writeAudio(piece))).toEqual(piece);
  // NATS puts messages at any address.
  const shifted = Buffer.concat([Buffer.from([0]), writeAudio(piece)]).subarray(1);
  expect(readAudio(shifted)).toEqual(piece);
});

test('a result comes out as it went in, impossible tokens included', () => {
  const result: RecognitionResult = {
    tokens: [1, 2],
    logProbabilities: [-0.12345678901234567, -Infinity],
    heardAt: [0.1, 0.2],
    endLogProbability: -Infinity,
    stopped: 'length',
    lostIn: { from: 0, to: 1 },
    surenessBeforeTerms: -Infinity,
    terms: [{ firstToken: 0, tokens: 1, text: 'HbA1c' }],
    alternatives: [{ firstToken: 0, tokens: 2, text: 'x', odds: -Infinity }],
  };
  const answer = { type: 'result', id: 9, result, runSeconds: 0.5 } as const;
  expect(readAnswer(writeMessage(answer))).toEqual({ ok: true, message: answer });
});

const JOB = {
  id: 1,
  priority: 'final',
  stream: '0',
  audio: { from: 0, to: 16_000, silenceAhead: 0, speed: 1 },
  prefix: [],
  draft: [],
  newSeconds: 1,
  keepState: false,
  decoding: { language: 'en', task: 'transcribe', beams: 1, fallback: false, speaks: false },
  termLists: [],
};

test.each<[string, object]>([
  ['a negative token', { prefix: [-1] }],
  ['too many tokens', { prefix: Array.from({ length: 5000 }, () => 1) }],
  ['audio that ends before it begins', { audio: { ...JOB.audio, to: 0 } }],
  ['an hour of audio', { audio: { ...JOB.audio, to: 16_000 * 3600 } }],
  ['a thousand beams', { decoding: { ...JOB.decoding, beams: 1000 } }],
  ['no stream', { stream: '' }],
  ['a speed of zero', { audio: { ...JOB.audio, speed: 0 } }],
])('a job with %s is none', (_name, changed) => {
  const written = (job: object) => Buffer.from(JSON.stringify({ type: 'job', job }));
  const [part = ''] = Object.keys(changed);
  expect(readOrder(written(JOB)).ok).toBe(true);
  expect(readOrder(written({ ...JOB, ...changed }))).toMatchObject({
    ok: false,
    part: expect.stringMatching(`^job.${part}`) as string,
    id: 1,
  });
});

test('key terms are looked at before they are kept', () => {
  const list = listKeyTerms([{ text: 'metoprolol', weight: 1.5 }]);
  expect(isKeyTermList(list)).toBe(true);
  expect(isKeyTermList({ ...list, count: 2 })).toBe(false);
  // Lists are shared by all servers, under their names.
  expect(isKeyTermList({ ...list, json: list.json.replace('metoprolol', 'metformin') })).toBe(false);
  for (const json of ['', '{}', '[1]', '[{"text":""}]', '[{"text":"a","weight":1e9}]', '[{"word":"a"}]'])
    expect(isKeyTermList({ name: keyTermListName(json), count: 1, json })).toBe(false);
});
