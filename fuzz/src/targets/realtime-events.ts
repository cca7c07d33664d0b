import { applyConfigure, sessionSettings } from '@auscult/protocol';
import { LOCAL_IDENTITY } from '../../../packages/server/dist/access/identity.js';
import { loadConfig } from '../../../packages/server/dist/config/load-config.js';
import { settingsByDefault } from '../../../packages/server/dist/config/recognition.js';
import type { Command } from '../../../packages/server/dist/live/commands.js';
import type { DialectSession } from '../../../packages/server/dist/live/dialect.js';
import {
  readAppend,
  readClientEvent,
} from '../../../packages/server/dist/compatibility/openai-realtime/client-event.js';
import { converse } from '../../../packages/server/dist/live/dialects/openai-realtime/converse.js';
import { INITIAL_STATE } from '../../../packages/server/dist/compatibility/openai-realtime/session-state.js';
import type { TextReader } from '../../../packages/server/dist/reading/text-reader.js';
import { mustHold, type FuzzTarget } from '../target.js';

/** Text frames of clients of OpenAI's Realtime interface, one a line, in a session without recognition. */
export const target: FuzzTarget = {
  longest: 16_384,
  allowed: { ms: 20, msPerKiB: 2 },
  prepare: () => {
    const defaults = sessionSettings.parse(settingsByDefault(loadConfig({ flags: {}, environment: {} })));
    const place = {
      sessionId: '0197a1f0-6c1e-7c50-9d53-5a3b7f4f2c11',
      identity: LOCAL_IDENTITY,
      model: 'fuzzed',
      modelFamily: 'fuzzed',
      defaults,
      resume: undefined,
    };
    return (input) => {
      const asked = { service: 'openai', model: undefined, warnings: [] } as const;
      const session = converse(place, { names: 'today', state: INITIAL_STATE, asked, reader: immediate });
      for (const frame of linesOf(input)) {
        checkReading(frame);
        const command = session.read(frame, false);
        mustHold(!(command instanceof Promise), 'a frame is read at once');
        const written = carryOut(command, session, defaults);
        const bytes = written.reduce((sum, text) => sum + text.length, 0);
        mustHold(bytes < MOST_ANSWERED + frame.length, 'an answer does not grow with what came before');
        for (const text of written) JSON.parse(text);
      }
    };
  },
};

/** Characters. */
const MOST_ANSWERED = 16_384;

/** A reader without a thread. */
const immediate = {
  realtimeEvent: (_owner: unknown, frame: Buffer) => readAppend(frame) ?? readClientEvent(frame),
} as unknown as TextReader;

function linesOf(input: Buffer): readonly Buffer[] {
  return input
    .toString('latin1')
    .split('\n')
    .map((line) => Buffer.from(line, 'latin1'));
}

/** Audio that is read the short way must be the same as what is read the long way. */
function checkReading(frame: Buffer): void {
  const short = readAppend(frame);
  if (short === undefined) return;
  const long = readClientEvent(frame);
  mustHold(JSON.stringify(short) === JSON.stringify(long), 'both ways of reading audio give the same');
}

/** What a session core without recognition does with a command; gives the frames that are sent. */
function carryOut(
  command: Command,
  session: DialectSession,
  defaults: ReturnType<typeof sessionSettings.parse>,
): readonly string[] {
  switch (command.kind) {
    case 'sequence':
      return command.commands.flatMap((each) => carryOut(each, session, defaults));
    case 'reply':
      return session.write(command);
    case 'configure': {
      const { data: settings } = sessionSettings.safeParse(applyConfigure(defaults, command.change));
      mustHold(settings !== undefined, 'only settings that the protocol allows are asked for');
      return session.write({
        kind: 'configured',
        setup: { settings, keyTerms: command.keyterms?.count ?? 0 },
      });
    }
    case 'unreadable':
      return session.write({ kind: 'error', problem: command.problem });
    case 'audio':
      mustHold(command.pcm.length > 0, 'no empty audio is passed on');
      return [];
    default:
      return [];
  }
}
