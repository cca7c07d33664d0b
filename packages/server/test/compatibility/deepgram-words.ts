import { once } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { countMidWord, type HistoryPlan } from './histories.js';
import { expectContract, transcriptIn, type DeepgramMessage } from './deepgram-contract.js';

/** What happens next: audio comes, words are shown or final, or the client asks for something. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('audio' as const), bytes: fc.integer({ min: 1, max: 9000 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('speech', 'show', 'pause', 'empty', 'cut') }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('finalize', 'configure', 'keepalive') }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Tests histories of clients of Deepgram. */
export function testWordsOfDeepgram(plan: HistoryPlan): void {
  test(
    'no word is lost or comes twice, wherever frames are cut and whatever is asked between them',
    async () => {
      const server = await startScriptedServer();
      const midWord = countMidWord(['Finalize', 'CloseStream'], plan);
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
          const session = await open(server.url);
          const played = await play(steps, session, server, () => midWord.add('Finalize'));
          const saidBefore = played.said();
          session.socket.send('{"type":"CloseStream"}');
          expect(await session.closed).toBe(1000);
          if (played.said() > saidBefore) midWord.add('CloseStream');
          const { messages } = session;
          messages.forEach(expectContract);
          const finals = messages.filter(({ is_final }) => is_final === true);
          const texts = finals.map(transcriptIn).filter(Boolean);
          expect(texts).toEqual(await recordedTexts(server.url, messages.at(-1)));
          expect(texts).toEqual(Array.from({ length: played.said() }, (_, index) => `word${index + 1}`));
          expect(finals.filter(({ from_finalize }) => from_finalize)).toHaveLength(played.finalizes);
          expect(played.pushed()).toBe(Math.floor(played.sentBytes / 2) * 2);
          expectInOrder(messages);
        }),
        { numRuns: plan.histories },
      );
      midWord.expectEnough();
    },
    LIMIT_MS,
  );
}

/** A thousand histories take minutes, and on a busy machine an hour. */
const LIMIT_MS = 7_200_000;

/** Fails unless finals follow one another, interims come before their final, and each beginning of speech has an end. */
function expectInOrder(messages: readonly DeepgramMessage[]): void {
  let settledTo = 0;
  let speaks = false;
  for (const { type, start = 0, duration = 0, is_final, speech_final } of messages) {
    if (type === 'SpeechStarted') speaks = true;
    if (type !== 'Results') continue;
    expect(start).toBeGreaterThanOrEqual(settledTo - ROUNDING);
    if (is_final === true) settledTo = Math.max(settledTo, start + duration);
    if (speech_final === true) speaks = false;
  }
  expect(speaks).toBe(false);
  expect(messages.map(({ type }) => type).indexOf('Metadata')).toBe(messages.length - 1);
}

/** Seconds by which sums of rounded times may differ: half a millisecond for each of three. */
const ROUNDING = 0.0015;

/** Plays the steps one after another, each once everything before has been handled. */
async function play(
  steps: readonly Step[],
  session: Session,
  { recognizer }: ScriptedServer,
  onFinalizedMidWord: () => void,
) {
  const earlier = recognizer.streams.length;
  const stream = () => recognizer.streams[earlier];
  const pushed = () => (stream()?.pushed ?? []).reduce((sum, { length }) => sum + length, 0);
  let [count, saidBefore] = [0, 0];
  let [sentBytes, finalizes] = [0, 0];
  let speaks = false;
  const say = (): string => {
    speaks = false;
    return `word${++count}`;
  };
  Object.defineProperty(recognizer, 'says', { get: say, configurable: true });
  const received = (type: string) => session.messages.filter((message) => message.type === type).length;
  const answered = async (frame: object, type: string): Promise<void> => {
    const before = received(type);
    session.socket.send(JSON.stringify(frame));
    await until(() => received(type) > before);
  };

  for (const next of steps) {
    switch (next.kind) {
      case 'audio':
        session.socket.send(new Uint8Array('bytes' in next ? next.bytes : 0));
        sentBytes += 'bytes' in next ? next.bytes : 0;
        await until(() => pushed() === Math.floor(sentBytes / 2) * 2);
        break;
      case 'speech':
        if (!speaks && stream() !== undefined) stream()?.speech('started', 0);
        speaks = stream() !== undefined;
        break;
      case 'show':
        stream()?.partial('word');
        break;
      case 'pause':
        if (stream() !== undefined) stream()?.final(say());
        break;
      case 'empty':
        if (speaks) stream()?.empty('silence');
        speaks = false;
        break;
      case 'cut':
        stream()?.empty('longest');
        break;
      case 'finalize':
        finalizes += 1;
        saidBefore = count;
        session.socket.send('{"type":"Finalize"}');
        await until(() => session.messages.filter((one) => one.from_finalize === true).length === finalizes);
        if (count > saidBefore) onFinalizedMidWord();
        break;
      case 'configure':
        await answered({ type: 'Configure', keyterms: ['metoprolol'] }, 'ConfigureSuccess');
        break;
      default:
        session.socket.send('{"type":"KeepAlive"}');
    }
  }
  // What was said last has its end, as it has in speech.
  if (speaks) stream()?.empty('silence');
  return { sentBytes, finalizes, pushed, said: () => count };
}

interface Session {
  readonly socket: WebSocket;
  readonly messages: readonly DeepgramMessage[];
  readonly closed: Promise<number>;
}

async function open(url: string): Promise<Session> {
  const query = 'encoding=linear16&sample_rate=16000&interim_results=true&vad_events=true';
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/listen?${query}`);
  const messages: DeepgramMessage[] = [];
  socket.on('message', (frame: Buffer) => messages.push(JSON.parse(frame.toString()) as DeepgramMessage));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  return { socket, messages, closed };
}

/** The texts in the record of a session, in order. */
async function recordedTexts(url: string, metadata: object | undefined): Promise<readonly string[]> {
  const { request_id: id } = metadata as { readonly request_id: string };
  const response = await fetch(`${url}/api/v1/sessions/${id}`);
  const { segments } = (await response.json()) as RecordAnswer;
  return segments.map(({ versions: [first] }) => first.text);
}

interface RecordAnswer {
  readonly segments: readonly { readonly versions: readonly [{ readonly text: string }] }[];
}
