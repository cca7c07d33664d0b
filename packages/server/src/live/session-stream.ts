import type { LiveListener, WritingOptions } from '@auscult/asr';
import { describeWarning } from '@auscult/protocol';
import { ownershipOf, shareOf } from '../access/identity.js';
import { writingOf } from '../settings-by-concern.js';
import { settingsInForce } from '../model-abilities.js';
import { describedBy } from '../records/recorded-settings.js';
import type { AdmittedSession } from './admitted-session.js';
import { listenToChannel, type Told } from './channel-listener.js';
import { channelsOnDemand, openChannels, type ChannelsOnDemand } from './channels.js';
import { continueClock, onStreamClock, type StreamOrigin } from './continue-clock.js';
import type { EventQueue } from './event-queue.js';
import type { StreamTotals } from './events.js';
import { createNotice } from './notice.js';
import { createRefinementSpool, type RefinementSpool } from './refinement-spool.js';
import type { SessionServices } from './session-services.js';
import { createSessionSpeakers, type SessionSpeakers } from './session-speakers.js';
import type { SessionSetup } from './session-setup.js';
import type { SessionTelemetry } from './session-telemetry.js';

/** The audio of one session on its way to recorded text. */
export interface SessionStream {
  /** Opened by the first audio, or the first after a renewal, with the setup of that moment. */
  readonly channels: ChannelsOnDemand;
  /** Once all text has been sent, has the next audio heard with the setup of then, on the same clock. */
  readonly renew: () => void;
  /** Has finals from now on heard with the key terms, and written in the way, of the setup of now. */
  readonly adoptSetup: () => void;
  /** Resolves once the finals of all audio taken have been sent. */
  readonly flush: () => Promise<void>;
  /** Starts the second pass over the audio kept since the last one, and returns its id; undefined if there is no audio. */
  readonly readAgain: () => string | undefined;
  readonly totals: () => StreamTotals;
  readonly speakers: SessionSpeakers;
  /** The moment up to which all text is recorded, seconds. */
  readonly settledSeconds: () => number;
  /** Speech whose final is not recorded yet, seconds. */
  readonly pendingSeconds: () => number;
  /** Resolves when less speech is pending than before, or the stream is closed. */
  readonly caughtUp: () => Promise<void>;
  /** See `Conversation`. */
  readonly close: () => number;
}

export interface StreamServices {
  readonly session: AdmittedSession;
  readonly services: SessionServices;
  readonly telemetry: SessionTelemetry;
  readonly setup: SessionSetup;
  readonly events: EventQueue;
}

/** Makes a stream that has no audio yet. */
export function createSessionStream(stream: StreamServices): SessionStream {
  const { session, services, telemetry, setup, events } = stream;
  const { writer, recognizer, identity } = session;
  const told: Told = { finals: 0, words: 0, lostSeconds: 0 };
  const finals: number[] = [];
  /** Where the stream of each channel begins. */
  const origins: StreamOrigin[] = [];
  const caughtUp = createNotice();
  let spool: RefinementSpool | undefined;

  const describe = (): void => {
    const settings = settingsInForce(services.config, setup.settings());
    const { client } = session;
    writer.describe(describedBy(settings, { keyTerms: setup.sentTerms(), client, asked: setup.asked() }));
  };
  const writing = (): WritingOptions => ({ ...writingOf(setup.settings()), takesBack: session.takesBack });

  const channels = channelsOnDemand((seconds) => {
    const settings = setup.settings();
    describe();
    telemetry.notDone(setup.asked()?.warnings.length ?? 0);
    spool = settings.refine === 'on-stop' ? openSpool(stream, seconds) : undefined;
    const listening = {
      ...{ writing, spool, writer, events, telemetry, told, speakers },
      onCaughtUp: caughtUp.give,
    };
    if (settings.speakers !== 'off') telemetry.tellsSpeakers();
    const { contextSeconds } = services.config;
    const share = shareOf(ownershipOf(identity));
    const listenerOf = (channel: number): LiveListener => {
      const origin = { seconds, finals: finals[channel] ?? 0 };
      origins[channel] = origin;
      return continueClock(listenToChannel(channel, listening), origin, (counted) => {
        finals[channel] = counted;
      });
    };
    const speakerState = speakers.voices();
    const knownVoices = session.voices.known();
    const voices = {
      ...(speakerState && { speakerState }),
      ...(knownVoices.length > 0 && settings.speakers !== 'off' && { knownVoices }),
    };
    return openChannels(
      recognizer,
      settings,
      setup.keyTerms(),
      contextSeconds,
      share,
      voices,
      listenerOf,
      speakers.beginAnew,
    );
  });
  const speakers = createSessionSpeakers({
    settings: setup.settings,
    token: services.config.resumeSeconds > 0 ? session.token : undefined,
    writer,
    events,
    telemetry,
    stream: {
      assign: (channel, spans) => {
        const origin = origins[channel];
        if (origin) channels.assignSpeakers(channel, onStreamClock(spans, origin));
      },
      merge: channels.mergeSpeakers,
      voices: channels.speakerState,
    },
  });
  const settledSeconds = (): number =>
    Math.min(channels.settledSeconds(), events.unrecordedFrom() ?? Infinity);

  return {
    channels,
    renew: () => {
      spool?.finish();
      channels.renew();
    },
    adoptSetup: () => {
      describe();
      channels.listenFor(setup.keyTerms());
    },
    flush: async () => {
      await channels.flush();
      await events.settled();
    },
    readAgain: () => spool?.finish(),
    speakers,
    totals: () => ({
      audioSeconds: channels.receivedSeconds(),
      speechSeconds: channels.speechSeconds(),
      finals: told.finals,
      words: told.words,
    }),
    settledSeconds,
    pendingSeconds: () => channels.pendingSeconds() + events.unrecordedSeconds(),
    caughtUp: caughtUp.next,
    close: () => {
      spool?.finish();
      const missing = told.lostSeconds + channels.receivedSeconds() - settledSeconds();
      channels.close();
      caughtUp.give();
      return missing;
    },
  };
}

function openSpool(
  { session, services: { config, transcriptions }, setup, events: { emit } }: StreamServices,
  secondsBefore: number,
): RefinementSpool {
  return createRefinementSpool({
    sessionId: session.id,
    ownership: ownershipOf(session.identity),
    config,
    transcriptions,
    recognizer: session.refiner,
    writer: session.writer,
    settings: setup.settings(),
    keyTerms: setup.keyTerms(),
    secondsBefore,
    onWarning: (code) => {
      emit({ kind: 'warning', warning: describeWarning(code) });
    },
    onEnd: (transcription) => {
      emit({ kind: 'refined', transcription });
    },
  });
}
