import { startScriptedServer, type ScriptedServer } from '../support/scripted-server.js';

/** What two people say, in one segment. */
export const TALK = 'Any pain? In my arm.';

/** A server whose recognizer hears two people, and that was set to tell nobody apart. */
export async function startInterview(): Promise<ScriptedServer> {
  const server = await startScriptedServer();
  server.recognizer.says = TALK;
  const [asks, answers] = [
    { speaker: 0, speakerConfidence: 0.98765 },
    { speaker: 1, speakerConfidence: 0.9 },
  ];
  server.recognizer.doubts = { Any: asks, 'pain?': asks, In: answers, my: answers, 'arm.': answers };
  return server;
}
