import { startJsonLines } from '../python/json-lines.js';
import type { Speaker } from './voices.js';

/** Speaks with neural voices, in a Python process whose environment is created on first use. */
export function startPythonSpeaker(): Speaker {
  const python = startJsonLines('voices', 'speak.py');
  return {
    async speak({ engine }, text, speed, file) {
      python.ask({ engine, text, speed, file });
      await python.answer();
    },
    close: () => python.stop(),
  };
}
