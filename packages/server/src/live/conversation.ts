import type { WritingOptions } from '@auscult/asr';
import { describeError, describeWarning } from '@auscult/protocol';
import { ownershipOf, shareOf } from '../access/identity.js';
import { scopeOf } from '../access/permissions.js';
import { lexiconInForce } from '../model-abilities.js';
import type { SessionDescription } from '../records/session-settings.js';
import type { AdmittedSession } from './admission.js';
import { createAudioIntake } from './audio-intake.js';
import { channelsOnDemand, openChannels } from './channels.js';
import { listenToChannel, type Told } from './channel-listener.js';
import { commandActions, type Command } from './commands.js';
import { createDelivery } from './delivery.js';
import type { EncodedAudio } from './encoded-audio.js';
import { problemEvent, type Problem, type SessionEvent } from './events.js';
import type { Emit } from './outbox.js';
import { createRefinementSpool, type RefinementSpool } from './refinement-spool.js';
import type { SessionServices } from './session-services.js';
import { createSessionSetup, type SessionSetup } from './session-setup.js';
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
export interface ConversationSignals {
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

/** Starts a conversation. */
export function createConversation(place: ConversationPlace): Conversation {
  const { session, services, telemetry, signals } = place;
  const { writer, identity, recognizer } = session;
  const delivery = createDelivery(place.emit, {
    isRecording: services.isRecording,
    onFailure: signals.onUnrecorded,
  });
  const { emit } = delivery;
  const told: Told = { finals: 0, words: 0, lostSeconds: 0 };
  const { model } = recognizer;
  const setup = createSessionSetup({ ...services, ...session, model, emit });
  const patience = createPatience(services.config.maxBadMessages, signals.onHopeless);
  let spool: RefinementSpool | undefined;

  const channels = channelsOnDemand(() => {
    const settings = setup.settings();
    writer.describe(describe(setup, place));
    if (settings.refine === 'on-stop') spool = openSpool(setup, place, emit);
    const listening = { writing: writingOf(setup), spool, writer, delivery, telemetry, told };
    const { contextSeconds } = services.config;
    const share = shareOf(ownershipOf(identity));
    return openChannels(recognizer, settings, setup.keyTerms(), contextSeconds, share, (channel) =>
      listenToChannel(channel, listening),
    );
  });
  const intake = createAudioIntake({
    channels,
    settings: setup.settings,
    onSensible: patience.restore,
    onRefused: refuse,
    onTaken: (seconds) => {
      telemetry.heard(seconds);
      signals.onAudio();
    },
    onEncoded: (encoded) => {
      telemetry.encoded(encoded.code);
      emit(encodedWarning(encoded));
    },
  });

  function refuse(problem: Problem): void {
    emit({ kind: 'error', problem });
    patience.lose();
  }

  function take(command: Command, superseded: Superseded): void | Promise<void> {
    if (command.kind === 'unreadable') return refuse(command.problem);
    if (scopeOf(commandActions[command.kind], identity.role) === 'none')
      return refuse(describeError('forbidden'));
    if (command.kind === 'audio') return intake.take(command, superseded);
    patience.restore();
    switch (command.kind) {
      case 'configure':
        if (channels.isOpen()) return emit(problemEvent('configure_too_late'));
        return setup.configure(command, superseded);
      case 'stop':
        return stop();
      case 'end':
        return stop().then(signals.onEnd);
      case 'finalize':
        return flush().then(() => {
          emit({ kind: 'finalized', at: channels.receivedSeconds() });
        });
      case 'resume':
        return emit(problemEvent('resume_misplaced'));
      case 'keepalive':
        return;
    }
  }

  async function stop(): Promise<void> {
    await flush();
    const refinement = spool?.finish();
    const [audioSeconds, speechSeconds] = [channels.receivedSeconds(), channels.speechSeconds()];
    const { finals, words } = told;
    emit({ kind: 'stopped', totals: { audioSeconds, speechSeconds, finals, words }, refinement });
  }

  async function flush(): Promise<void> {
    await channels.flush();
    await delivery.settled();
  }

  /** Before this moment all text is recorded. */
  function settledSeconds(): number {
    return Math.min(channels.settledSeconds(), delivery.unrecordedFrom() ?? Infinity);
  }

  return {
    greet: () => {
      emit({ kind: 'opened', setup: setup.inForce() });
    },
    take,
    flush,
    close: () => {
      spool?.finish();
      const missing = told.lostSeconds + channels.receivedSeconds() - settledSeconds();
      channels.close();
      return missing;
    },
    pendingSeconds: () => channels.pendingSeconds() + delivery.unrecordedSeconds(),
    receivedSeconds: channels.receivedSeconds,
    acknowledgement: () => ({
      kind: 'acknowledged',
      receivedSamples: intake.receivedSamples(),
      settledSeconds: settledSeconds(),
    }),
    resumption: () => ({ kind: 'resumed', receivedSamples: intake.receivedSamples() }),
    finals: () => told.finals,
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

function writingOf(setup: SessionSetup): WritingOptions {
  const { writtenForm, dictationCommands } = setup.settings();
  return { writtenForm: writtenForm === 'on', dictationCommands: dictationCommands === 'on' };
}

/** What the record says of a session. */
function describe(
  setup: SessionSetup,
  { session: { client }, services: { config } }: ConversationPlace,
): SessionDescription {
  const { language, channels, task, sampleRate, encoding, refine, endpointing } = setup.settings();
  return {
    language,
    channels,
    task,
    sampleRate,
    settings: {
      ...writingOf(setup),
      encoding,
      refine: refine === 'on-stop',
      endpointing,
      keyTerms: setup.sentTerms(),
      lexicon: lexiconInForce(config, setup.settings()),
      ...(client === undefined ? {} : { client }),
    },
  };
}

function openSpool(
  setup: SessionSetup,
  { session, services: { config, transcriptions } }: ConversationPlace,
  emit: Emit,
): RefinementSpool {
  const { language, task, lexicon, channels } = setup.settings();
  return createRefinementSpool({
    sessionId: session.id,
    ownership: ownershipOf(session.identity),
    config,
    transcriptions,
    recognizer: session.refiner,
    writer: session.writer,
    language,
    task,
    keyTerms: setup.keyTerms(),
    lexicon,
    writing: writingOf(setup),
    channels,
    onWarning: (code) => {
      emit({ kind: 'warning', warning: describeWarning(code) });
    },
    onEnd: (transcription) => {
      emit({ kind: 'refined', transcription });
    },
  });
}

function encodedWarning({ code, kind }: EncodedAudio): SessionEvent {
  const details = code === 'encoded_audio' ? { detail: `It looks like ${kind}.` } : undefined;
  return { kind: 'warning', warning: describeWarning(code, details) };
}
