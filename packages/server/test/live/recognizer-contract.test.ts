import {
  defaultLiveOptions,
  SAMPLE_RATE,
  type FinalHypothesis,
  type LiveListener,
  type LiveTranscription,
  type PartialHypothesis,
  type Recognizer,
} from '@auscult/asr';
import { beforeAll, describe, expect, test } from 'vitest';
import { startRealRecognizer } from '../../../asr/test/support/real-recognizer.js';
import { createScriptedRecognizer } from '../support/scripted-recognizer.js';
import { loadSpeech, type Speech } from '../support/speech.js';
import { until } from '../support/until.js';

/** A call of a listener; calls are noted in order. */
type Event =
  | { readonly kind: 'audio'; readonly samples: number }
  | { readonly kind: 'speech'; readonly state: 'started' | 'ended'; readonly at: number }
  | ({ readonly kind: 'partial' } & PartialHypothesis)
  | ({ readonly kind: 'final' } & FinalHypothesis);

/** A stream, and what its listener was told. */
interface Listened {
  readonly live: LiveTranscription;
  readonly events: readonly Event[];
  readonly finals: () => readonly FinalHypothesis[];
}

/** A recognizer that has to keep the contract. */
interface Candidate {
  readonly name: string;
  readonly start: () => Promise<{ readonly recognizer: Recognizer; readonly close: () => Promise<void> }>;
  /** Pushes `speech` to the newest stream, and resolves once there were partials of it. */
  readonly say: (recognizer: Recognizer, listened: Listened, speech: Uint8Array) => Promise<void>;
}

const STEP_BYTES = SAMPLE_RATE / 2.5;

const candidates: readonly Candidate[] = [
  {
    name: 'the real recognizer',
    start: () => startRealRecognizer({ model: 'moonshine-tiny', workers: 1 }),
    say: async (recognizer, { live }, speech) => {
      for (let at = 0; at < speech.length; at += STEP_BYTES) {
        live.push(speech.subarray(at, at + STEP_BYTES));
        await until(() => live.pendingSeconds < 0.1 && isIdle(recognizer));
      }
    },
  },
  {
    name: 'the scripted recognizer',
    start: () => {
      const recognizer = createScriptedRecognizer();
      return Promise.resolve({ recognizer, close: () => recognizer.close() });
    },
    say: async (recognizer, { live }, speech) => {
      const { streams } = recognizer as ReturnType<typeof createScriptedRecognizer>;
      const stream = streams.at(-1);
      for (let at = 0; at < speech.length; at += STEP_BYTES) {
        const begins = live.receivedSeconds;
        live.push(speech.subarray(at, at + STEP_BYTES));
        await Promise.resolve();
        if (at === 0) stream?.speech('started', begins);
        stream?.partial('and so my fellow');
      }
      stream?.speech('ended', live.receivedSeconds);
    },
  },
];

let speech: Speech;
let spoken: Uint8Array;
beforeAll(async () => {
  speech = await loadSpeech('librispeech/367-130732-0001');
  // Without the second of silence behind it, so that nothing ends by itself.
  spoken = speech.pcm.subarray(0, -2 * SAMPLE_RATE);
});

describe.each(candidates)('$name', { timeout: 180_000 }, ({ start, say }) => {
  let recognizer: Recognizer;
  beforeAll(async () => {
    const started = await start();
    ({ recognizer } = started);
    return started.close;
  });

  test('reports speech, then partials, then the final of each utterance, numbered from 0', async () => {
    const listened = listen(recognizer);
    for (let utterance = 0; utterance < 2; utterance++) {
      await say(recognizer, listened, spoken);
      await listened.live.flush();
      listened.live.push(new Uint8Array(SAMPLE_RATE));
    }
    listened.live.close();
    const { events, finals } = listened;
    expect(finals().map(({ sequence }) => sequence)).toEqual(finals().map((_, index) => index));
    expect(finals().length).toBeGreaterThanOrEqual(2);
    expectInOrder(events);
  });

  test('places each final behind the one before, and its words within it', async () => {
    const listened = listen(recognizer);
    await say(recognizer, listened, spoken);
    await listened.live.flush();
    await say(recognizer, listened, spoken);
    await listened.live.flush();
    listened.live.close();
    let before = 0;
    for (const { text, start: from, end, words, confidence, language } of listened.finals()) {
      expect(from).toBeGreaterThanOrEqual(before);
      expect(end).toBeGreaterThan(from);
      expect(end).toBeLessThanOrEqual(listened.live.receivedSeconds);
      before = end;
      expect(words.map((word) => word.text).join(' ')).toBe(text);
      for (const word of words) {
        expect(word.start).toBeGreaterThanOrEqual(from);
        expect(word.end).toBeLessThanOrEqual(end);
      }
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1);
      expect(language).toBe('en');
    }
  });

  test('has reported every final and settled all audio when a flush resolves', async () => {
    const listened = listen(recognizer);
    const { live, finals } = listened;
    await say(recognizer, listened, spoken);
    expect(live.settledSeconds).toBeLessThan(live.receivedSeconds);
    await live.flush();
    expect(finals()).not.toEqual([]);
    expect(live.receivedSeconds).toBeCloseTo(spoken.length / 2 / SAMPLE_RATE, 3);
    expect(live.settledSeconds).toBeCloseTo(live.receivedSeconds, 3);
    expect(live.pendingSeconds).toBe(0);
    expect(live.speechSeconds).toBeGreaterThan(0);
    expect(live.speechSeconds).toBeLessThanOrEqual(live.settledSeconds);
    live.close();
  });

  test('reports nothing for a flush without audio or behind another', async () => {
    const listened = listen(recognizer);
    await listened.live.flush();
    expect(listened.events.filter(({ kind }) => kind !== 'audio')).toEqual([]);
    await say(recognizer, listened, spoken);
    await Promise.all([listened.live.flush(), listened.live.flush()]);
    const { length } = listened.finals();
    await listened.live.flush();
    expect(listened.finals()).toHaveLength(length);
    listened.live.close();
  });

  test('calls only the audio listener during a push, with every sample', () => {
    const { live, events } = listen(recognizer);
    live.push(spoken);
    expect(events.map(({ kind }) => kind)).toEqual(['audio']);
    expect(events).toMatchObject([{ samples: spoken.length / 2 }]);
    live.close();
  });

  test('goes on at another sample rate when one is given', async () => {
    const { live } = listen(recognizer);
    live.push(new Uint8Array(2 * SAMPLE_RATE));
    live.push(new Uint8Array(16_000), 8_000);
    live.push(new Uint8Array(16_000));
    await live.flush();
    expect(live.receivedSeconds).toBeCloseTo(3, 2);
    live.close();
  });

  test('reports nothing once closed, refuses audio, and resolves pending flushes', async () => {
    const listened = listen(recognizer);
    const { live, events } = listened;
    await say(recognizer, listened, spoken);
    const flushed = live.flush();
    live.close();
    live.close();
    const { length } = events;
    await flushed;
    await live.flush();
    expect(() => {
      live.push(new Uint8Array(3200));
    }).toThrow(expect.objectContaining({ code: 'closed' }) as Error);
    expect(events).toHaveLength(length);
  });

  test('admits streams, and reports its processes and the number of open streams', () => {
    expect(recognizer.admission(['default', 'somebody'])).toEqual({ admitted: true });
    const open = recognizer.status().liveStreams;
    const { live } = listen(recognizer);
    const number = expect.any(Number) as number;
    expect(recognizer.status()).toEqual({
      workers: [{ pid: number, state: 'ready', residentBytes: number, restarts: 0, jobs: number }],
      waitingFinals: number,
      waitingPartials: number,
      finalDelaySeconds: number,
      liveStreams: open + 1,
      voices: { waiting: number, windows: { embedded: number, lost: number, shed: number } },
    });
    live.close();
    expect(recognizer.status().liveStreams).toBe(open);
  });
});

function listen(recognizer: Recognizer): Listened {
  const events: Event[] = [];
  const listener: LiveListener = {
    onAudio: ({ length }) => events.push({ kind: 'audio', samples: length }),
    onSpeech: (activity) => events.push({ kind: 'speech', ...activity }),
    onPartial: (partial) => events.push({ kind: 'partial', ...partial }),
    onFinal: (final) => events.push({ kind: 'final', ...final }),
  };
  const options = {
    ...defaultLiveOptions,
    sampleRate: SAMPLE_RATE,
    encoding: 's16le',
    partials: true,
  } as const;
  const live = recognizer.openLive(options, listener);
  return { live, events, finals: () => events.filter((event) => event.kind === 'final') };
}

/** Requires that each utterance begins with speech, goes on with partials and ends with its final. */
function expectInOrder(events: readonly Event[]): void {
  let finals = 0;
  let isSpeaking = false;
  let partials = 0;
  for (const event of events)
    switch (event.kind) {
      case 'audio':
        break;
      case 'speech':
        expect(event.state).toBe(isSpeaking ? 'ended' : 'started');
        isSpeaking = event.state === 'started';
        break;
      case 'partial':
        expect(event.sequence).toBe(finals);
        expect(event.end).toBeGreaterThan(event.start);
        partials += 1;
        break;
      case 'final':
        expect(partials).toBeGreaterThan(0);
        finals += 1;
        partials = 0;
    }
  expect(isSpeaking).toBe(false);
}

function isIdle(recognizer: Recognizer): boolean {
  const { workers, waitingFinals, waitingPartials } = recognizer.status();
  return waitingFinals + waitingPartials + workers.reduce((sum, { jobs }) => sum + jobs, 0) === 0;
}
