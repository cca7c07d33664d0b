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

/** What a conversation needs from its session. */
export interface ConversationPlace {
  readonly session: AdmittedSession;
  readonly services: SessionServices;
  readonly telemetry: SessionTelemetry;
  readonly emit: Emit;
  readonly signals: ConversationSignals;
}

/** What a conversation reports that concerns the session as a whole. */
interface ConversationSignals {
  /** Some audio was taken. */
  readonly onAudio: () => void;
  /** A final could not be recorded, and so was not sent. */
  readonly onUnrecorded: (error: unknown) => void;
  /** The client has sent too many unreadable messages in a row. */
  readonly onHopeless: () => void;
  /** The client has asked for the end, and everything has been sent. */
  readonly onEnd: () => void;
}

/** The exchange of one session: what each command does, and what is answered. */
export interface Conversation {
  /** Tells that audio may come. */
  readonly greet: () => void;
  /**
   * Carries out a command. If it returns a promise, everything that follows has to wait for it; once `superseded`,
   * the rest of the command counts as if it had never come.
   */
  readonly take: (command: Command, superseded: Superseded) => void | Promise<void>;
  /** Resolves once the finals of all audio taken have been sent. */
  readonly flush: () => Promise<void>;
  /**
   * Drops what is pending. The second pass over what was kept is done all the same. Returns the seconds of audio that
   * were taken but whose text, if they held speech, is missing, since recognition failed or they were dropped.
   */
  readonly close: () => number;
  readonly pendingSeconds: () => number;
  readonly receivedSeconds: () => number;
  /** How far audio and its text have come. */
  readonly acknowledgement: () => SessionEvent;
  /** The first event for a client that comes back. */
  readonly resumption: () => SessionEvent;
  /** Number of finals sent. */
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

/** Tolerates so many unreadable messages in a row, then reports it. */
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
