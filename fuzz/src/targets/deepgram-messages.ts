import { parse } from 'node:querystring';
import { applyConfigure, sessionSettings } from '@auscult/protocol';
import { LOCAL_IDENTITY } from '../../../packages/server/dist/access/identity.js';
import { loadConfig } from '../../../packages/server/dist/config/load-config.js';
import { settingsByDefault } from '../../../packages/server/dist/config/recognition.js';
import type { Command } from '../../../packages/server/dist/live/commands.js';
import type { ConnectionWish, DialectSession } from '../../../packages/server/dist/live/dialect.js';
import { readDeepgramMessage } from '../../../packages/server/dist/live/dialects/deepgram/client-message.js';
import { createDeepgram } from '../../../packages/server/dist/live/dialects/deepgram/deepgram.js';
import type { TextReader } from '../../../packages/server/dist/reading/text-reader.js';
import { mustHold, unlessRefused, usualTime, type FuzzTarget } from '../target.js';

/**
 * The query of a live client of Deepgram on the first line, and a frame on each line after that: text if it begins with a
 * brace, else audio. There is no recognition.
 */
export const target: FuzzTarget = {
  longest: 16_384,
  allowed: usualTime,
  prepare: () => {
    const config = loadConfig({ flags: {}, environment: {} });
    const defaults = sessionSettings.parse(settingsByDefault(config));
    const dialect = createDeepgram({ config, reader: immediate });
    return (input) => {
      const [query = '', ...frames] = input.toString('latin1').split('\n');
      const asked = { query: parse(query), headers: {}, offered: [], sessionSettings: undefined };
      const wish = unlessRefused<ConnectionWish>(['RequestError'], () => dialect.connect(asked));
      if (wish?.kind !== 'open') return;
      const settings = sessionSettings.safeParse(applyConfigure(defaults, wish.change));
      mustHold(settings.success, 'only settings that the protocol allows are asked for');
      mustHold((wish.asked?.warnings.length ?? 0) <= 100, 'there are not more warnings than parameters');
      const session = wish.converse({ ...PLACE, identity: LOCAL_IDENTITY, defaults });
      for (const frame of frames) converse(session, Buffer.from(frame, 'latin1'), settings.data);
      for (const text of session.write({ kind: 'ending' })) JSON.parse(text);
    };
  },
};

const PLACE = {
  sessionId: '0197a1f0-6c1e-7c50-9d53-5a3b7f4f2c11',
  model: 'fuzzed',
  modelFamily: 'fuzzed',
  resume: undefined,
};

/** A reader without a thread. */
const immediate = {
  deepgramMessage: (_owner: unknown, frame: Buffer) => readDeepgramMessage(frame),
} as unknown as TextReader;

/** Characters that an answer may have beside what it repeats. */
const MOST_ANSWERED = 2048;

function converse(
  session: DialectSession,
  frame: Buffer,
  settings: ReturnType<typeof sessionSettings.parse>,
): void {
  const command = session.read(frame, !frame.toString('latin1', 0, 1).startsWith('{'));
  mustHold(!(command instanceof Promise), 'a frame is read at once');
  const written = answersTo(command, session, settings);
  const length = written.reduce((sum, text) => sum + text.length, 0);
  mustHold(length < MOST_ANSWERED + 6 * frame.length, 'an answer does not grow with what came before');
  for (const text of written) JSON.parse(text);
}

/** The frames that a session core without recognition sends for a command. */
function answersTo(
  command: Command,
  session: DialectSession,
  settings: ReturnType<typeof sessionSettings.parse>,
): readonly string[] {
  switch (command.kind) {
    case 'reply':
      return session.write(command);
    case 'configure':
      return session.write({
        kind: 'configured',
        setup: { settings, keyTerms: command.keyterms?.count ?? 0 },
      });
    case 'unreadable':
      return session.write({ kind: 'error', problem: command.problem });
    case 'finalize':
      return session.write({ kind: 'finalized', at: 1 });
    case 'audio':
      mustHold(command.pcm.length > 0, 'no empty audio is passed on');
      return session.write({ kind: 'taken', receivedSeconds: 1 });
    default:
      return [];
  }
}
