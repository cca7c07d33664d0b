import { beforeAll, test } from 'vitest';
import { expectNoTrace, signalled } from '../support/canary-scene.js';
import { loadSpeech, type Speech } from '../support/speech.js';

let phrase: Speech;
beforeAll(async () => {
  phrase = await loadSpeech('dictation/joe_s003');
});

test.each(['SIGKILL', 'SIGABRT'] as const)(
  'what was said is nowhere after %s in the middle',
  { timeout: 180_000 },
  async (signal) => {
    await expectNoTrace(phrase, signalled(signal));
  },
);
