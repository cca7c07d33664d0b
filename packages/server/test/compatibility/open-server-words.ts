import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openFrames, type Frame } from '../support/frame-client.js';
import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { countMidWord, type HistoryPlan } from './histories.js';

/** What happens to a client, in any order: words come while it sends, asks and leaves. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('audio'), bytes: fc.integer({ min: 1, max: 4000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('partial', 'final') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('ask', 'empty') }) },
);
type Step = Readonly<{ kind: string; bytes?: number }>;

const steps = fc.array(step, { minLength: 1, maxLength: 25 });

/** Tests histories of clients of Vosk. */
export function testWordsOfVosk(plan: HistoryPlan): void {
  test(
    'a client of Vosk that asks in the middle of a word has each word once, and an answer for each frame',
    async () => {
      const server = await startScriptedServer({ compatibility: 'vosk', maxMessagesPerSecond: '100000' });
      const midWord = countMidWord(['reset', 'eof'], plan);
      await fc.assert(
        fc.asyncProperty(steps, async (script) => {
          const client = await openFrames(`${server.url}/vosk`);
          const session = sessionOf(server, 2);
          for (const one of script) {
            if (one.kind !== 'ask') await session.take(one, client.send);
            else {
              if (session.flush()) midWord.add('reset');
              const before = client.frames.length;
              client.send({ reset: 1 });
              await until(() => 'text' in (client.frames.slice(before).at(-1) ?? {}));
            }
          }
          if (session.flush()) midWord.add('eof');
          client.send('{"eof" : 1}');
          expect(await client.closed).toMatchObject({ code: 1000 });
          const asked = script.filter(({ kind }) => kind === 'audio' || kind === 'ask').length;
          expect(client.frames).toHaveLength(asked + 1);
          for (const frame of client.frames) expect('partial' in frame).toBe(!('text' in frame));
          expect(wordsOf(client.frames.map(({ text }) => text))).toEqual(session.said());
        }),
        { numRuns: plan.histories },
      );
      midWord.expectEnough();
    },
    LIMIT_MS,
  );
}

/** Tests histories of clients of WhisperLive. */
export function testWordsOfWhisperLive(plan: HistoryPlan): void {
  test(
    'a client of WhisperLive that is done in the middle of a word has each word once',
    async () => {
      const server = await startScriptedServer({
        compatibility: 'whisper-live',
        maxMessagesPerSecond: '100000',
      });
      const midWord = countMidWord(['END_OF_AUDIO'], plan);
      await fc.assert(
        fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), async (script, most) => {
          const client = await openFrames(server.url);
          client.send({ uid: 'a', send_last_n_segments: most });
          await client.next();
          const session = sessionOf(server, 4);
          for (const one of script) if (one.kind !== 'ask') await session.take(one, client.send);
          if (session.flush()) midWord.add('END_OF_AUDIO');
          client.send(Buffer.from('END_OF_AUDIO'));
          expect(await client.closed).toMatchObject({ code: 1000 });
          expect(client.frames.at(-1)).toEqual({ uid: 'a', message: 'DISCONNECT' });
          expect(wordsOf(transcriptOf(client.frames))).toEqual(session.said());
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

/** The stream of the client that connects next, which hears another word each time. */
function sessionOf({ recognizer }: ScriptedServer, sampleBytes: number) {
  const before = recognizer.streams.length;
  const own = () => recognizer.streams[before];
  const words: string[] = [];
  let sent = 0;
  let settled = 0;

  const taken = (): number => own()?.pushed.reduce((sum, { length }) => sum + length, 0) ?? 0;
  const hear = (): string => {
    const word = `word${words.length}`;
    words.push(word);
    settled = taken();
    return word;
  };

  return {
    take: async ({ kind, bytes = 0 }: Step, send: (audio: Uint8Array) => void) => {
      if (kind === 'audio') {
        send(new Uint8Array(bytes));
        sent += bytes;
        await until(() => taken() === sent - (sent % sampleBytes));
      }
      if (kind === 'partial') own()?.partial(`word${words.length}`);
      if (kind === 'empty') own()?.empty('silence');
      if (kind === 'final' && own() !== undefined) own()?.final(hear());
    },
    /** What is not final yet will be, by a flush. Returns whether there is something. */
    flush: (): boolean => {
      const isMidWord = taken() > settled;
      recognizer.says = isMidWord ? hear() : 'too much';
      return isMidWord;
    },
    said: (): readonly string[] => words,
  };
}

function wordsOf(texts: readonly unknown[]): readonly string[] {
  return texts.flatMap((text) => (typeof text === 'string' && text !== '' ? text.trim().split(' ') : []));
}

interface Segment {
  readonly start: string;
  readonly end: string;
  readonly text: string;
  readonly completed: boolean;
}

/** The transcript as the official client collects it. */
function transcriptOf(frames: readonly Frame[]): readonly string[] {
  const transcript: Segment[] = [];
  for (const { segments = [] } of frames as readonly { segments?: readonly Segment[] }[])
    for (const segment of segments) {
      const last = transcript.at(-1);
      if (segment.completed && (last === undefined || Number(segment.start) >= Number(last.end)))
        transcript.push(segment);
    }
  return transcript.map(({ text }) => text);
}
