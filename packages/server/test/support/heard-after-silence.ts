import { expect } from 'vitest';
import { connectOptedIn, silence } from './client.js';
import { transcriptOf, wordErrorRate, type Speech } from './speech.js';

/** Sends silence and then speech as fast as the server takes them, and expects the text of the speech at its place. */
export async function expectHeardAfterSilence(url: string, speech: Speech, minutes: number): Promise<void> {
  const client = await connectOptedIn(url);
  const halfMinute = silence(30);
  for (let half = 0; half < 2 * minutes; half++) client.send(halfMinute);
  client.send(speech.pcm);
  client.send({ type: 'stop' });
  const stopped = await client.next('stopped');
  expect(stopped.audioSeconds).toBeCloseTo(60 * minutes + speech.seconds, 1);
  const finals = client.all('transcription').filter(({ isFinal }) => isFinal);
  expect(finals[0]?.start).toBeGreaterThan(60 * minutes - 0.5);
  expect(finals[0]?.start).toBeLessThan(60 * minutes + 2);
  expect(wordErrorRate(speech.text, transcriptOf(client))).toBeLessThan(0.15);
}
