import { describeError, describeWarning } from '@auscult/protocol';
import { scopeOf } from '../access/permissions.js';
import type { AdmittedSession } from './admitted-session.js';
import { createAudioIntake } from './audio-intake.js';
import { commandActions, type Command } from './commands.js';
import { createDelivery } from './delivery.js';
import type { EncodedAudio } from './encoded-audio.js';
import { problemEvent, type Problem, type SessionEvent } from './events.js';
import type { Emit } from './outbox.js';
import type { SessionServices } from './session-services.js';
import { createSessionSetup } from './session-setup.js';
import { createSessionStream } from './session-stream.js';
import type { SessionTelemetry } from './session-telemetry.js';
import type { Superseded } from './when-read.js';

/** What a conversation needs from the session that it is held in. */
export interface ConversationPlace {
  readonly session: AdmittedSession;
  readonly services: SessionServices;
  readonly telemetry: SessionTelemetry;
  readonly emit: Emit;
  readonly signals: ConversationSignals;
}

/** What of a conversation concerns the session as a whole. */
interface ConversationSignals {
  /** Some audio was taken. */
  readonly onAudio: () => void;
  /** A final could not be recorded, so that it was not told. */
  readonly onUnrecorded: (error: unknown) => void;
  /** The client has sent too many messages in a row that make no sense. */
  readonly onHopeless: () => void;
  /** The client has asked for the end, and everything is told. */
  readonly onEnd: () => void;
}

/** What is said in one session: what each command means, and what is answered. */
export interface Conversation {
  /** Tells that audio may come. */
  readonly greet: () => void;
  /**
   * Does what a client asks for. A promise means that what follows has to wait for it; once `superseded`, what is left
   * of the command counts as if it had never come.
   */
  readonly take: (command: Command, superseded: Superseded) => void | Promise<void>;
  /** Resolves once the finals of all audio taken are told. */
  readonly flush: () => Promise<void>;
  /**
   * Drops what is pending. What was kept to be read again is read all the same. Returns the seconds of audio that were
   * taken and whose text, if there was speech in it, is missing: recognition failed, or it was dropped.
   */
  readonly close: () => number;
  readonly pendingSeconds: () => number;
  readonly receivedSeconds: () => number;
  /** How far audio has come, and its text. */
  readonly acknowledgement: () => SessionEvent;
  /** What a client that comes back is told first. */
  readonly resumption: () => SessionEvent;
  /** Finals told. */
  readonly finals: () => number;
}

type ControlCommand = Exclude<Command, { kind: 'audio' | 'unreadable' }>;

/** Starts a conversation. */
export function createConversation(place: ConversationPlace): Conversation {
  const { session, services, telemetry, signals } = place;
  const { identity, recognizer } = session;
  const delivery = createDelivery(place.emit, {
    isRecording: services.isRecording,
    onFailure: signals.onUnrecorded,
  });
  const { emit } = delivery;
  const setup = createSessionSetup({ ...services, ...session, model: recognizer.model, emit });
  const stream = createSessionStream({ session, services, telemetry, setup, delivery });
  const patience = createPatience(services.config.maxBadMessages, signals.onHopeless);
  const onRefused = (problem: Problem): void => {
    emit({ kind: 'error', problem });
    patience.lose();
  };
  const intake = createAudioIntake({
    channels: stream.channels,
    settings: setup.settings,
    onSensible: patience.restore,
    onRefused,
    onTaken: (seconds) => {
      telemetry.heard(seconds);
      signals.onAudio();
    },
    onEncoded: (encoded) => {
      telemetry.encoded(encoded.code);
      emit(encodedWarning(encoded));
    },
  });

  function control(command: ControlCommand, superseded: Superseded): void | Promise<void> {
    switch (command.kind) {
      case 'configure':
        if (stream.channels.isOpen()) return emit(problemEvent('configure_too_late'));
        return setup.configure(command, superseded);
      case 'stop':
        return stop();
      case 'end':
        return stop().then(signals.onEnd);
      case 'finalize':
        return finalize();
      case 'resume':
        return emit(problemEvent('resume_misplaced'));
      case 'keepalive':
        return;
    }
  }

  async function stop(): Promise<void> {
    await stream.flush();
    const refinement = stream.readAgain();
    emit({ kind: 'stopped', totals: stream.totals(), refinement });
  }

  async function finalize(): Promise<void> {
    await stream.flush();
    emit({ kind: 'finalized', at: stream.channels.receivedSeconds() });
  }

  return {
    greet: () => {
      emit({ kind: 'opened', setup: setup.inForce() });
    },
    take: (command, superseded) => {
      if (command.kind === 'unreadable') return onRefused(command.problem);
      if (scopeOf(commandActions[command.kind], identity.role) === 'none')
        return onRefused(describeError('forbidden'));
      if (command.kind === 'audio') return intake.take(command, superseded);
      patience.restore();
      return control(command, superseded);
    },
    flush: stream.flush,
    close: stream.close,
    pendingSeconds: stream.pendingSeconds,
    receivedSeconds: stream.channels.receivedSeconds,
    acknowledgement: () => ({
      kind: 'acknowledged',
      receivedSamples: intake.receivedSamples(),
      settledSeconds: stream.settledSeconds(),
    }),
    resumption: () => ({ kind: 'resumed', receivedSamples: intake.receivedSamples() }),
    finals: () => stream.totals().finals,
  };
}

/** Bears with so many messages in a row that make no sense, then tells. */
function createPatience(most: number, onHopeless: () => void): { lose: () => void; restore: () => void } {
  let badInARow = 0;
  return {
    lose: () => {
      badInARow += 1;
      if (badInARow >= most) onHopeless();
    },
    restore: () => {
      badInARow = 0;
    },
  };
}

function encodedWarning({ code, kind }: EncodedAudio): SessionEvent {
  const details = code === 'encoded_audio' ? { detail: `It looks like ${kind}.` } : undefined;
  return { kind: 'warning', warning: describeWarning(code, details) };
}
