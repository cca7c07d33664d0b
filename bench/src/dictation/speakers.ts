import { fileURLToPath } from 'node:url';
import { startJsonLines, type JsonLines } from '../child/json-lines.js';
import { pythonOf, pythonProgram } from '../child/python.js';
import type { Voice } from './voices.js';

/** The processes that speak, each started when one of its voices is first needed. */
export interface Speakers {
  /** Speaks into a WAV file; a `speed` of 1.1 takes a tenth less time. */
  speak(voice: Voice, text: string, speed: number, file: string): Promise<void>;
  close(): Promise<void>;
}

/** Makes ready to speak. */
export function startSpeakers(): Speakers {
  const running = new Map<Runtime, JsonLines>();
  return {
    async speak({ name, engine }, text, speed, file) {
      const runtime = engine === 'flite' ? 'node' : 'python';
      const speaker = running.get(runtime) ?? START[runtime]();
      running.set(runtime, speaker);
      speaker.ask({ engine, voice: name, text, speed, file });
      await speaker.answer();
    },
    async close() {
      await Promise.all(Array.from(running.values(), (speaker) => speaker.stop()));
    },
  };
}

type Runtime = 'node' | 'python';

const START: Readonly<Record<Runtime, () => JsonLines>> = {
  // Node's WASI is experimental and has crashed in a process with the native code of recognition.
  node: () =>
    startJsonLines(process.execPath, fileURLToPath(new URL('../../voices/flite.mjs', import.meta.url))),
  python: () => startJsonLines(pythonOf('voices'), pythonProgram('voices', 'speak.py')),
};
