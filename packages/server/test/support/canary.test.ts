import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './canary-scene.js';
import { createCanary, filesBelow } from './canary.js';
import { loadSpeech } from './speech.js';

test('a canary is heard in any encoding, and nowhere else', async () => {
  const phrase = await loadSpeech('dictation/joe_s003');
  const heard = 'The patient was discharged on Apixaban.';
  const canary = createCanary([heard], phrase.pcm);
  const folder = temporaryFolder();
  const middle = Math.floor(phrase.pcm.length / 4) * 2;
  for (const bytes of [
    Buffer.from(heard.toUpperCase()),
    Buffer.from('on apixaban'),
    Buffer.from(heard).toString('hex'),
    Buffer.from(heard, 'utf16le'),
    Buffer.from(heard, 'utf16le').swap16(),
    ...['', 'a', 'ab'].map((before) => Buffer.from(before + heard).toString('base64')),
    ...['', 'a', 'ab'].map((before) => Buffer.from(before + heard).toString('base64url')),
    Buffer.from(phrase.pcm.subarray(middle - 100, middle + 1000)),
  ]) {
    const path = join(folder, 'leak');
    writeFileSync(path, Buffer.concat([Buffer.from('…'), Buffer.from(bytes)]));
    expect(filesBelow(folder).get(path)).toSatisfy((content: Buffer) => canary.heardIn(content).length > 0);
  }
  expect(canary.heardIn('session opened, session closed')).toEqual([]);
});
