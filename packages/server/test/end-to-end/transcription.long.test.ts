import { test } from 'vitest';
import { expectHeardAfterSilence } from '../support/heard-after-silence.js';
import { startRealServer } from '../support/real-server.js';
import { loadSpeech } from '../support/speech.js';

test('real speech after an hour of silence is recognised at its time in the stream', async () => {
  const { url } = await startRealServer();
  await expectHeardAfterSilence(url, await loadSpeech('jfk/jfk'), 60);
}, 900_000);
