import { afterEach, expect, test, vi } from 'vitest';
import { InferenceSession } from 'onnxruntime-node';
import { VAD_FRAME_SAMPLES } from '../../src/vad/hear-frames.js';
import { loadVoiceActivity, type VoiceActivity } from '../../src/vad/voice-activity.js';
import { join, loadAllSpeech, silence } from '../support/speech.js';

/** The prototype of all sessions; the runtime's types declare only how sessions are made. */
const { prototype: sessions } = InferenceSession as unknown as { prototype: InferenceSession };

/** The sums of one run are taken in another order for several channels than for one. */
const TOLERANCE = 1e-3;

afterEach(() => vi.restoreAllMocks());

test('channels in one batch have the same probabilities as alone', async () => {
  const clips = await loadAllSpeech(['jfk/jfk', 'librispeech/2609-156975-0005', 'dictation/joe_s003']);
  const channels = clips.map(({ samples }, index) => join([silence(index), samples]));
  const alone: number[][] = [];
  for (const samples of channels) alone.push(await follow(samples));
  const run = vi.spyOn(sessions, 'run');
  const together = await Promise.all(channels.map((samples) => follow(samples)));
  const frames = alone.map(({ length }) => length);
  expect(run.mock.calls.length).toBeLessThan(frames.reduce((sum, length) => sum + length, 0) / 2);
  expect(together.map(({ length }) => length)).toEqual(frames);
  for (const [channel, probabilities] of together.entries()) {
    const differences = probabilities.map((value, frame) =>
      Math.abs(value - (alone[channel]?.[frame] ?? NaN)),
    );
    expect(Math.max(...differences)).toBeLessThan(TOLERANCE);
    expect(Math.max(...probabilities)).toBeGreaterThan(0.9);
    expect(Math.min(...probabilities)).toBeLessThan(0.1);
  }
});

test('a channel does not wait for others that are silent or have ended', async () => {
  const create = await loadVoiceActivity();
  const [busy, idle, ended] = [create(), create(), create()];
  ended.close();
  ended.close();
  await idle.probability(new Float32Array(VAD_FRAME_SAMPLES));
  expect(await busy.probability(new Float32Array(VAD_FRAME_SAMPLES))).toBeLessThan(0.1);
  idle.close();
  busy.close();
});

async function follow(samples: Float32Array): Promise<number[]> {
  const voice: VoiceActivity = (await loadVoiceActivity())();
  const probabilities: number[] = [];
  for (let at = 0; at + VAD_FRAME_SAMPLES <= samples.length; at += VAD_FRAME_SAMPLES) {
    probabilities.push(await voice.probability(samples.subarray(at, at + VAD_FRAME_SAMPLES)));
  }
  voice.close();
  return probabilities;
}

test('a share with many channels that lag does not hold up others', async () => {
  const create = await loadVoiceActivity();
  const crowd = Array.from({ length: 60 }, () => create('crowd'));
  const other = create('other');
  let going = true;
  let heard = 0;
  const flood = crowd.map(async (voice) => {
    while (going) {
      await voice.probability(new Float32Array(VAD_FRAME_SAMPLES), true);
      heard += 1;
    }
  });
  const waits: number[] = [];
  for (let frame = 0; frame < 20; frame++) {
    const before = heard;
    await other.probability(new Float32Array(VAD_FRAME_SAMPLES), true);
    waits.push(heard - before);
  }
  going = false;
  await Promise.all(flood);
  expect(heard).toBeGreaterThan(20 * 15);
  // Without shares, each would wait for the sixty that came before it.
  expect(waits.reduce((sum, wait) => sum + wait, 0) / waits.length).toBeLessThan(100);
  for (const voice of [...crowd, other]) voice.close();
});
