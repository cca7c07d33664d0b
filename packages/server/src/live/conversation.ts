import { SAMPLE_RATE } from '@auscult/asr';
import { describeError, describeWarning, type ErrorCode, type Explanation } from '@auscult/protocol';
import { ownershipOf, shareOf } from '../access/identity.js';
import { scopeOf } from '../access/permissions.js';
import type { CorrectedSpeakers } from '../records/speaker-changes.js';
import type { AdmittedSession } from './admitted-session.js';
import { createAudioIntake, type IntakeServices } from './audio-intake.js';
import { commandActions, type Command } from './commands.js';
import { createControl } from './control.js';
import { createEventQueue } from './event-queue.js';
import type { EncodedAudio } from './encoded-audio.js';
import type { Problem, SessionEvent } from './events.js';
import type { Emit } from './outbox.js';
import type { SessionServices } from './session-services.js';
import { createReceivedCount, type ReceivedCount } from './received-count.js';
import { digestOf } from './resume-token.js';
import { createSessionSetup, type SetupServices } from './session-setup.js';
import { createSessionStream, type SessionStream } from './session-stream.js';
import type { SessionTelemetry } from './session-telemetry.js';
import { whenRead, type Superseded } from './when-read.js';

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
  /** The audio cannot be decoded any further; all text of what could be has been sent. */
  readonly onUndecodable: (code: ErrorCode, explanation: Explanation | undefined) => void;
  /** The client has sent too many unreadable messages in a row. */
  readonly onHopeless: () => void;
  /** The client has asked for the end, and everything has been sent. */
  readonly onEnd: () => void;
}

/** The exchange of one session: what each command does, and what is answered. */
export interface Conversation {
  /** Tells that audio may come. */
  readonly greet: () => void;
  /** Goes on with a session from another process: what was taken there is heard first. Resolves once it was pushed. */
  readonly goOn: () => Promise<void>;
  /**
   * Carries out a command. If it returns a promise, everything that follows has to wait for it; once `superseded`,
   * the rest of the command counts as if it had never come.
   */
  readonly take: (command: Command, superseded: Superseded) => void | Promise<void>;
  /** Resolves once the finals of all audio taken have been sent. */
  readonly flush: () => Promise<void>;
  /** The same, but no more of this audio comes: what a decoder holds back is part of it. */
  readonly finish: () => Promise<void>;
  /**
   * Drops audio whose text is pending. The second pass over the audio that was kept is done all the same. Returns the length
   * of the audio that was accepted but whose text, if it held speech, is missing because recognition failed or it was dropped,
   * seconds.
   */
  readonly close: () => number;
  readonly pendingSeconds: () => number;
  readonly receivedSeconds: () => number;
  /** How far audio and its text have come. */
  readonly acknowledgement: () => SessionEvent;
  /** What becomes of the audio when the session is over. */
  readonly accepted: SessionStream['accepted'];
  /** The first event for a client that comes back. */
  readonly resumption: () => SessionEvent;
  /** Takes over what somebody has corrected in the record of the session. */
  readonly adoptSpeakers: (corrected: CorrectedSpeakers) => void;
  /** Whether another process can go on with the session, from what is kept of it. */
  readonly canLeave: () => boolean;
  /** Takes and hears nothing more, so that another process can go on. Resolves once everything that it needs is kept. */
  readonly leave: () => Promise<void>;
  /** Keeps what another session needs to go on with the speakers of this one. */
  readonly keepSpeakers: () => void;
  /** Number of finals sent. */
  readonly finals: () => number;
}

/** Starts a conversation. */
export function createConversation(place: ConversationPlace): Conversation {
  const { session, services, telemetry, signals } = place;
  const events = createEventQueue(place.emit, {
    isRecording: services.isRecording,
    onFailure: signals.onUnrecorded,
  });
  const { emit } = events;
  const setup = createSessionSetup(setupServicesOf(place, emit));
  const received = createReceivedCount(session.settings.sampleRate, session.past?.received);
  const stream = createSessionStream({ session, services, telemetry, setup, events, received });
  const refusals = createRefusals(emit, services.config.maxBadMessages, signals.onHopeless);
  const intake = createAudioIntake({
    decoders: services.decoders,
    share: shareOf(ownershipOf(session.identity)).join('\n'),
    channels: stream.channels,
    received,
    settings: setup.settings,
    pendingSeconds: stream.pendingSeconds,
    maxPendingSeconds: services.config.maxBufferedSeconds,
    caughtUp: stream.caughtUp,
    onUndecodable: async (code, explanation) => {
      await stream.flush();
      signals.onUndecodable(code, explanation);
    },
    onSensible: refusals.forget,
    onRefused: refusals.refuse,
    ...intakeReports(place, emit, stream.channels.receivedSeconds),
  });
  const control = createControl({
    setup,
    stream,
    intake,
    emit,
    onEnd: signals.onEnd,
    onContinued: ({ sessionId, token }) => services.recovery?.hurry(sessionId, digestOf(token)),
  });

  const take: Conversation['take'] = (command, superseded) => {
    if (command.kind === 'unreadable') return refusals.refuse(command.problem);
    if (command.kind === 'sequence') return takeInTurn(command.commands, superseded);
    if (scopeOf(commandActions[command.kind], session.identity.role) === 'none')
      return refusals.refuse(describeError('forbidden'));
    if (command.kind === 'audio') return intake.take(command, superseded);
    refusals.forget();
    return control(command, superseded);
  };

  const takeInTurn = (
    [first, ...others]: readonly Command[],
    superseded: Superseded,
  ): void | Promise<void> => {
    if (first === undefined) return;
    return whenRead(take(first, superseded), superseded, () => takeInTurn(others, superseded));
  };

  return {
    greet: () => {
      emit({ kind: 'opened', setup: setup.inForce() });
      for (const warning of session.termWarnings) emit({ kind: 'warning', warning });
      intake.prepare();
    },
    goOn: stream.hearPast,
    take,
    flush: stream.flush,
    finish: async () => {
      await intake.end();
      await stream.flush();
    },
    close: () => {
      intake.close();
      return stream.close();
    },
    pendingSeconds: stream.pendingSeconds,
    receivedSeconds: stream.channels.receivedSeconds,
    acknowledgement: createAcknowledgement(session.past, received, stream),
    resumption: () => ({ kind: 'resumed', receivedSamples: received.total() }),
    adoptSpeakers: stream.speakers.adopt,
    accepted: stream.accepted,
    canLeave: () => stream.accepted.isKept() && received.place().sampleRate !== undefined,
    leave: stream.leave,
    keepSpeakers: stream.speakers.keep,
    finals: () => stream.totals().finals,
  };
}

/**
 * Tells only what would still be so if the process ended. What was told once stays so: after a move, the former journal is there until
 * all of it is in that of this process.
 */
function createAcknowledgement(
  past: AdmittedSession['past'],
  received: ReceivedCount,
  { accepted, settledSeconds }: Pick<SessionStream, 'accepted' | 'settledSeconds'>,
): () => SessionEvent {
  let toldSamples = past?.received.count ?? 0;
  let toldSeconds = past ? Math.min(...past.channels.map(({ from }) => from)) / SAMPLE_RATE : 0;
  return () => {
    accepted.settle();
    const durable = accepted.durableSeconds();
    const samples = durable === undefined ? received.total() : received.within(durable);
    toldSamples = Math.max(toldSamples, samples);
    toldSeconds = Math.max(toldSeconds, Math.min(settledSeconds(), accepted.settledSeconds() ?? Infinity));
    return { kind: 'acknowledged', receivedSamples: toldSamples, settledSeconds: toldSeconds };
  };
}

function setupServicesOf({ session, services }: ConversationPlace, emit: Emit): SetupServices {
  const { settings, identity, sharedTerms, sentTerms, keyTerms, asked, recognizer, voices } = session;
  const { config, reader } = services;
  return {
    config,
    reader,
    settings,
    identity,
    sharedTerms,
    sentTerms,
    keyTerms,
    asked,
    voices,
    model: recognizer.model,
    emit,
  };
}

/** Refusals of what a client sent. */
interface Refusals {
  /** Tells the client what is wrong with a message. */
  readonly refuse: (problem: Problem) => void;
  /** Notes that a message was as it should be, so that earlier bad ones no longer count. */
  readonly forget: () => void;
}

/** Tolerates fewer than `most` bad messages in a row; every one from there on is reported. */
function createRefusals(emit: Emit, most: number, onHopeless: () => void): Refusals {
  let badInARow = 0;
  return {
    refuse: (problem) => {
      emit({ kind: 'error', problem });
      badInARow += 1;
      if (badInARow >= most) onHopeless();
    },
    forget: () => {
      badInARow = 0;
    },
  };
}

/** Reports audio that has come, and bytes that do not look like audio. */
function intakeReports(
  { session: { dialect }, telemetry, signals }: ConversationPlace,
  emit: Emit,
  receivedSeconds: () => number,
): Pick<IntakeServices, 'onTaken' | 'onEncoded'> {
  return {
    onTaken: (seconds) => {
      telemetry.heard(seconds);
      if (dialect.followsAudio === true) emit({ kind: 'taken', receivedSeconds: receivedSeconds() });
      signals.onAudio();
    },
    onEncoded: (encoded) => {
      telemetry.encoded(encoded.code);
      emit(encodedWarning(encoded));
    },
  };
}

function encodedWarning({ code, kind }: EncodedAudio): SessionEvent {
  const details = code === 'encoded_audio' ? { detail: `It looks like ${kind}.` } : undefined;
  return { kind: 'warning', warning: describeWarning(code, details) };
}
