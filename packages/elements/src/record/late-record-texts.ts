import type { AskServer } from '../shared-recording/ask-server.js';
import type { RecordTexts, RecordTextsListener, SentFinal, UnsavedState } from './record-texts.js';

/** What brings texts into records, which is loaded when there is one. */
export function lateRecordTexts(ask: AskServer, listener: RecordTextsListener): RecordTexts {
  const waiting = new Map<string, SentFinal>();
  let texts: RecordTexts | undefined;
  let state: UnsavedState | undefined;

  async function load(): Promise<void> {
    state = undefined;
    try {
      const { createRecordTexts } = await import('./record-texts.js');
      texts ??= createRecordTexts(ask, listener);
      for (const [key, final] of waiting) texts.send(key, final);
      waiting.clear();
    } catch {
      state = NOT_LOADED;
      const { code, message } = NOT_LOADED.problem;
      for (const final of waiting.values()) listener.onUnsaved(final, state, code, message);
    }
    listener.onChange();
  }

  return {
    stateOf: (key) => (texts ? texts.stateOf(key) : waiting.has(key) ? state : undefined),
    send: (key, final) => {
      if (texts) {
        texts.send(key, final);
        return;
      }
      waiting.set(key, final);
      void load();
    },
    sendAgain: (key) => {
      if (texts) texts.sendAgain(key);
      else void load();
    },
    takeTheirs: (key) => texts?.takeTheirs(key),
    forget: (key) => {
      waiting.delete(key);
      texts?.forget(key);
    },
  };
}

const NOT_LOADED = {
  kind: 'refused',
  problem: {
    kind: 'refused',
    status: 0,
    code: 'connection_lost',
    message: 'The server cannot be reached.',
    isPassing: true,
  },
} as const satisfies UnsavedState;
