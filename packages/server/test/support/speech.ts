import { setTimeout as sleep } from 'node:timers/promises';
import { openRecording, SAMPLE_RATE } from '@auscult/asr';
import { clipPath, readClips } from '../../../asr/test/clips/clips.js';
import type { Client } from './client.js';

/** A clip of real speech. */
export interface Speech {
  /** s16le mono at 16 kHz. */
  readonly pcm: Uint8Array;
  readonly seconds: number;
  /** What is said. */
  readonly text: string;
}

/** The clip of the given id in the manifest, followed by a second of silence. */
export async function loadSpeech(id: string): Promise<Speech> {
  const clip = readClips().find((candidate) => candidate.id === id);
  if (!clip) throw new Error(`there is no clip ${id}`);
  const chunks: Float32Array[] = [];
  for await (const chunk of (await openRecording(clipPath(clip.path))).chunks()) chunks.push(chunk);
  chunks.push(new Float32Array(SAMPLE_RATE));
  const samples = Int16Array.from(chunks.flatMap((chunk) => Array.from(chunk, (value) => value * 32_767)));
  return { pcm: new Uint8Array(samples.buffer), seconds: samples.length / SAMPLE_RATE, text: clip.text };
}

/** Sends audio in frames of 100 ms, `speed` times as fast as it was spoken, until the socket is closed. */
export async function speak(client: Client, pcm: Uint8Array, speed: number): Promise<void> {
  const frame = SAMPLE_RATE / 5;
  for (let at = 0; at < pcm.length && client.socket.readyState === client.socket.OPEN; at += frame) {
    client.send(pcm.subarray(at, at + frame));
    await sleep(100 / speed);
  }
}

/** The finals that a client was sent, as one text. */
export function transcriptOf(client: Client): string {
  const finals = client.all('transcription').filter(({ isFinal }) => isFinal);
  return finals.map(({ text }) => text).join(' ');
}

/** Word error rate: missed, invented and confused words as a share of the words that were said. */
export function wordErrorRate(said: string, heard: string): number {
  const expected = wordsOf(said);
  let row = Array.from({ length: expected.length + 1 }, (_, index) => index);
  for (const word of wordsOf(heard)) {
    const next = [(row[0] ?? 0) + 1];
    expected.forEach((other, index) => {
      const substituted = (row[index] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(substituted, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    });
    row = next;
  }
  return (row.at(-1) ?? 0) / expected.length;
}

/** Lower-case words without punctuation. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z0-9']+/g) ?? [];
}
