import { beforeAll } from 'vitest';
import { spawnRealServer, type RealServer } from '../../../server/test/support/real-server.js';
import { writeSpeech, type SpeechFile } from '../../../web/test/support/speech-file.js';
import { serveElements, type ElementPages } from './element-page.js';

/** Pages with elements that speak with a real server, and what its microphone is to hear. */
interface SpokenPages {
  readonly server: RealServer;
  readonly pages: ElementPages;
  readonly speech: SpeechFile;
}

/** For a `describe`: starts all of it before the tests, and returns what gives it to them. Takes what `writeSpeech` takes. */
export function spokenPages(...speech: Parameters<typeof writeSpeech>): () => SpokenPages {
  let started: SpokenPages | undefined;

  beforeAll(async () => {
    const server = await spawnRealServer('--workers', '1');
    const own = { server, pages: await serveElements(server.url), speech: await writeSpeech(...speech) };
    started = own;
    return async () => {
      server.signal('SIGKILL');
      own.speech.remove();
      await own.pages.stop();
    };
  });

  return () => {
    if (started === undefined) throw new TypeError('it is started before the tests');
    return started;
  };
}
