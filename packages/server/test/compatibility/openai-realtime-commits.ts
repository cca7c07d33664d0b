import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectRealtime, silenceAt24k, type RealtimeClient } from '../support/realtime-client.js';
import type { ScriptedRecognizer } from '../support/scripted-recognizer.js';
import { startScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';
import { countMidWord, type HistoryPlan } from './histories.js';

/** What happens next: audio comes, words are shown or final, or the client asks for something. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('append' as const), bytes: fc.integer({ min: 1, max: 9000 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('show' as const, 'pause' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('commit' as const, 'commit' as const, 'clear' as const, 'change' as const),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const COMPLETED = 'conversation.item.input_audio_transcription.completed';
const DELTA = 'conversation.item.input_audio_transcription.delta';

/** Tests histories of clients of OpenAI's Realtime interface. */
export function testCommits(plan: HistoryPlan): void {
  test(
    'no word is lost or comes twice, whatever is committed, cleared and changed between two samples',
    async () => {
      const server = await startScriptedServer();
      const midWord = countMidWord(['commit', 'clear', 'change'], plan);
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
          const client = await connectRealtime(server.url);
          // The last change ends everything that is open.
          const expected = await play([...steps, { kind: 'change' }], client, server.recognizer, midWord.add);
          client.socket.close();
          await client.closed;
          const transcripts = client.all(COMPLETED).map(({ transcript }) => transcript as string);
          expect(transcripts.join(' ').split(' ').filter(Boolean)).toEqual(expected);
          for (const { item_id: id, transcript } of client.all(COMPLETED)) {
            const deltas = client.all(DELTA).filter(({ item_id }) => item_id === id);
            const text = deltas.map(({ delta }) => delta).join('');
            if (transcript !== '') expect(text).toBe(transcript);
          }
          const started = client.all('input_audio_buffer.speech_started').map(({ item_id }) => item_id);
          const completed = client.all(COMPLETED).map(({ item_id }) => item_id);
          expect(completed).toEqual(expect.arrayContaining(started));
          const committed = client.all('input_audio_buffer.committed').map(({ item_id }) => item_id);
          expect(committed).toEqual(completed);
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

/** Plays the steps one after another. Returns the words that must have come once everything has ended. */
async function play(
  steps: readonly Step[],
  client: RealtimeClient,
  recognizer: ScriptedRecognizer,
  onMidWord: (request: 'commit' | 'clear' | 'change') => void,
): Promise<readonly string[]> {
  const earlier = recognizer.streams.length;
  let settled = 0;
  let count = 0;
  let isCommitting = false;
  let hasSpeech = false;
  const kept: string[] = [];
  /** Words that wait for a commit. */
  let pending: string[] = [];
  let isDiscarding = false;
  const say = (): string => {
    count += 1;
    hasSpeech = false;
    if (!isDiscarding) (isCommitting ? pending : kept).push(`word${count}`);
    return `word${count}`;
  };
  Object.defineProperty(recognizer, 'says', { get: say, configurable: true });
  /** Everything before has been handled. */
  const settle = async (): Promise<void> => {
    settled += 1;
    client.send({ type: 'nothing', event_id: `settled ${settled}` });
    const isAnswered = () => client.all('error').some(({ error }) => isAbout(error, `settled ${settled}`));
    await until(isAnswered);
  };
  const keepPending = (): void => {
    kept.push(...pending);
    pending = [];
  };
  const stream = () => recognizer.streams.slice(earlier).find(({ isClosed }) => !isClosed());

  for (const next of steps) {
    const errors = client.all('error').length;
    const before = count;
    switch (next.kind) {
      case 'append':
        client.append(silenceAt24k(1).subarray(0, next.bytes));
        await settle();
        break;
      case 'show':
      case 'pause':
        client.append(silenceAt24k(0.01));
        await settle();
        if (!hasSpeech) stream()?.speech('started', 0);
        hasSpeech = true;
        stream()?.partial(`word${count + 1}`);
        if (next.kind === 'show') break;
        stream()?.speech('ended', 0.001);
        stream()?.final(say());
        await settle();
        break;
      case 'commit':
        client.send({ type: 'input_audio_buffer.commit' });
        await settle();
        // If too little had come, nothing was done.
        if (client.all('error').length === errors + 1) keepPending();
        break;
      case 'clear':
        isDiscarding = true;
        client.send({ type: 'input_audio_buffer.clear' });
        await settle();
        isDiscarding = false;
        pending = [];
        break;
      case 'change':
        client.send({
          type: 'session.update',
          session: { turn_detection: isCommitting ? { type: 'server_vad' } : null },
        });
        await client.next('session.updated');
        keepPending();
        isCommitting = !isCommitting;
        hasSpeech = false;
        break;
    }
    if (count > before && isRequest(next)) onMidWord(next.kind);
  }
  return kept;
}

function isRequest(next: Step): next is Step & { readonly kind: 'commit' | 'clear' | 'change' } {
  return ['commit', 'clear', 'change'].includes(next.kind);
}

function isAbout(error: unknown, id: string): boolean {
  return (error as { readonly event_id: string | null }).event_id === id;
}
