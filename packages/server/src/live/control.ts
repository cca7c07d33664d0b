import { declarationOf, type SettingName, type SettingsChange } from '@auscult/protocol';
import type { AudioIntake } from './audio-intake.js';
import type { Command, ConfigureCommand, ContinuedSession } from './commands.js';
import { problemEvent } from './events.js';
import type { Emit } from './outbox.js';
import type { SessionSetup } from './session-setup.js';
import type { SessionStream } from './session-stream.js';
import { whenRead, type Superseded } from './when-read.js';

/** A command that steers a session, which all commands but audio do. */
type ControlCommand = Exclude<Command, { kind: 'audio' | 'unreadable' | 'sequence' }>;

/** Carries out a command. If it returns a promise, everything that follows has to wait for it. */
export type Control = (command: ControlCommand, superseded: Superseded) => void | Promise<void>;

/** What commands steer. */
export interface ControlledSession {
  readonly setup: SessionSetup;
  readonly stream: SessionStream;
  readonly intake: Pick<AudioIntake, 'prepare' | 'end'>;
  readonly emit: Emit;
  /** The client has asked for the end, and everything has been sent. */
  readonly onEnd: () => void;
  /** The client goes on here, and not in an earlier session of its own. */
  readonly onContinued: (former: ContinuedSession) => void;
}

/** Does what each command asks, except audio, and answers it. */
export function createControl(session: ControlledSession): Control {
  const { intake, stream, emit, onEnd } = session;
  return (command, superseded) => {
    switch (command.kind) {
      case 'configure':
        return whenRead(configure(session, command, superseded), superseded, intake.prepare);
      case 'stop':
        return stop(session);
      case 'end':
        return stop(session).then(onEnd);
      case 'finalize':
        return finalize(session);
      case 'identify':
        return stream.speakers.identify(command.corrections);
      case 'reply':
        return emit(command);
      case 'resume':
        return emit(problemEvent('resume_misplaced'));
      case 'keepalive':
        return;
    }
  };
}

function configure(
  { setup, stream, emit, onContinued }: ControlledSession,
  command: ConfigureCommand,
  superseded: Superseded,
): void | Promise<void> {
  const { continues } = command;
  if (continues !== undefined) onContinued(continues);
  if (!stream.channels.isOpen())
    return whenRead(setup.configure(command, superseded), superseded, () =>
      continues === undefined ? undefined : stream.speakers.continue(continues),
    );
  if (command.midstream !== true) return emit(problemEvent('configure_too_late'));
  if (!changesHearing(command.change))
    return whenRead(setup.configure(command, superseded), superseded, stream.adoptSetup);
  return stream.flush().then(() => {
    if (superseded()) return undefined;
    stream.renew();
    return setup.configure(command, superseded);
  });
}

/** Whether a change is one of how speech is heard; key terms and ways of writing can change between two words. */
function changesHearing(change: SettingsChange): boolean {
  const names = Object.keys(change) as readonly SettingName[];
  return names.some((name) => declarationOf(name).concerns !== 'writing');
}

async function stop({ stream, intake, emit }: ControlledSession): Promise<void> {
  await intake.end();
  await stream.flush();
  if (stream.hasLeft()) return;
  const refinement = await stream.readAgain();
  emit({ kind: 'stopped', totals: stream.totals(), refinement });
}

async function finalize({ stream, emit }: ControlledSession): Promise<void> {
  await stream.flush();
  if (stream.hasLeft()) return;
  emit({ kind: 'finalized', at: stream.channels.receivedSeconds() });
}
