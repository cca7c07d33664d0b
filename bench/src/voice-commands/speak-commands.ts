import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeClips } from '../clips/decode-clip.js';
import { joined } from '../clips/joined.js';
import { roomTone, SAMPLE_RATE } from '../clips/sound.js';
import { startSpeakers } from '../dictation/speakers.js';
import type { Voice } from '../dictation/voices.js';
import { SPOKEN_COMMANDS } from './command-set.js';

/** Commands one after another in one voice, each between pauses. */
export interface CommandTrack {
  /** 16 kHz. */
  readonly pcm: Int16Array;
  readonly said: readonly SaidCommand[];
}

/** A command in a track. */
export interface SaidCommand {
  readonly text: string;
  readonly phrase: string;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
}

/** Silence before and after each command, seconds. */
const PAUSE_SECONDS = 1;

/** Has a voice speak all commands of the set. */
export async function speakCommands(voice: Voice, speed: number): Promise<CommandTrack> {
  const folder = mkdtempSync(join(tmpdir(), 'auscult-commands-'));
  const speakers = startSpeakers();
  try {
    const clips = [];
    for (const [at, { text }] of SPOKEN_COMMANDS.entries()) {
      const file = join(folder, `${String(at)}.wav`);
      await speakers.speak(voice, text, speed, file);
      clips.push({ id: text, file, kind: 'command', text, durationSeconds: 0, terms: [] });
    }
    const sounds = await decodeClips(clips);
    const pause = roomTone(PAUSE_SECONDS).pcm;
    const said: SaidCommand[] = [];
    const parts: Int16Array[] = [pause];
    let samples = pause.length;
    for (const [at, { pcm }] of sounds.entries()) {
      const { text = '', phrase = '' } = SPOKEN_COMMANDS[at] ?? {};
      said.push({ text, phrase, start: samples / SAMPLE_RATE, end: (samples + pcm.length) / SAMPLE_RATE });
      parts.push(pcm, pause);
      samples += pcm.length + pause.length;
    }
    return { pcm: joined(parts), said };
  } finally {
    await speakers.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
