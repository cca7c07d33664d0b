import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createCanary, filesBelow } from '../support/canary.js';
import { expectNoTrace, temporaryFolder } from '../support/canary-scene.js';
import { loadSpeech, type Speech } from '../support/speech.js';

let phrase: Speech;
beforeAll(async () => {
  phrase = await loadSpeech('dictation/joe_s003');
});

describe('no log, metric, error, file, backup or crash report holds what was said, in any encoding,', () => {
  test('when nothing goes wrong', { timeout: 180_000 }, async () => {
    await expectNoTrace(phrase, { name: 'nothing', inject: () => Promise.resolve() });
  });

  test('and a search would find it in any encoding', () => {
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
});
