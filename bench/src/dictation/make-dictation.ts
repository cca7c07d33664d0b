import { openRecording, SAMPLE_RATE } from '@auscult/asr';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Sentence } from './sentences.js';
import { startSpeakers } from './speakers.js';
import type { Voice } from './voices.js';

/** A sentence, who speaks it, and how fast. */
interface Recital {
  readonly sentence: Sentence;
  readonly voice: Voice;
  readonly speed: number;
}

/**
 * Has sentences spoken into WAV files, and writes a manifest that names them by voice and sentence.
 *
 * @param everyVoice whether each voice speaks each sentence; otherwise they take turns
 * @param onDone called after each sentence
 * @returns the path of the manifest
 */
export async function makeDictation(
  sentences: readonly Sentence[],
  voices: readonly Voice[],
  everyVoice: boolean,
  folder: string,
  onDone: () => void,
): Promise<string> {
  const speakers = startSpeakers();
  const out = resolve(folder);
  for (const { name } of voices) mkdirSync(join(out, name), { recursive: true });
  const lines: string[] = [];
  try {
    for (const { sentence, voice, speed } of recitals(sentences, voices, everyVoice)) {
      const id = `${voice.name}/${sentence.id}`;
      const path = `${id}.wav`;
      await speakers.speak(voice, sentence.text, speed, join(out, path));
      const { text, terms, numbers } = sentence;
      const clip = {
        ...{ id, path, kind: 'dictation', text, terms, numbers },
        duration_s: Number((await secondsOf(join(out, path))).toFixed(3)),
        voice: `synthetic, ${voice.description}`,
        license: voice.license,
      };
      lines.push(`${JSON.stringify(clip)}\n`);
      onDone();
    }
  } finally {
    await speakers.close();
  }
  const manifest = join(out, 'manifest.jsonl');
  writeFileSync(manifest, lines.join(''));
  return manifest;
}

/** Nobody always speaks at the same speed. */
const SPEEDS = [1, 1.1, 0.95] as const;

function recitals(sentences: readonly Sentence[], voices: readonly Voice[], everyVoice: boolean): Recital[] {
  return sentences.flatMap((sentence, index) => {
    // Speeds change with each round of the voices, so that all voices speak at all speeds.
    const speed = SPEEDS[Math.floor(index / voices.length) % SPEEDS.length] ?? 1;
    const speaking = everyVoice ? voices : voices.slice(index % voices.length).slice(0, 1);
    return speaking.map((voice) => ({ sentence, voice, speed }));
  });
}

async function secondsOf(file: string): Promise<number> {
  const recording = await openRecording(file);
  let samples = 0;
  for await (const chunk of recording.chunks()) samples += chunk.length;
  return samples / SAMPLE_RATE;
}
