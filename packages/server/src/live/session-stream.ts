import { nothingWritten, type LiveListener, type WritingOptions } from '@auscult/asr';
import { describeWarning } from '@auscult/protocol';
import { ownershipOf, shareOf } from '../access/identity.js';
import { writingOf } from '../settings-by-concern.js';
import { settingsInForce } from '../model-abilities.js';
import { describedBy } from '../records/recorded-settings.js';
import { createAcceptedAudio, type AcceptedAudio } from './accepted-audio.js';
import type { AdmittedSession } from './admitted-session.js';
import { listenToChannel, type Told } from './channel-listener.js';
import { channelsOnDemand, openChannels, type ChannelsOnDemand } from './channels.js';
import { continueClock, onStreamClock, type StreamOrigin } from './continue-clock.js';
import type { EventQueue } from './event-queue.js';
import type { StreamTotals } from './events.js';
import { createNotice } from './notice.js';
import type { ReceivedCount } from './received-count.js';
import { createRefinementSpool, type RefinementSpool } from './refinement-spool.js';
import type { SessionServices } from './session-services.js';
import { createSessionSpeakers, type SessionSpeakers } from './session-speakers.js';
import type { SessionSetup } from './session-setup.js';
import { SNAPSHOT_VERSION, type SessionSnapshot } from './session-snapshot.js';
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
  readonly readAgain: () => Promise<string | undefined>;
  readonly totals: () => StreamTotals;
  readonly speakers: SessionSpeakers;
  /** What becomes of the audio if the process ends. */
  readonly accepted: Pick<AcceptedAudio, 'durableSeconds' | 'end' | 'leave'>;
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
  readonly received: ReceivedCount;
}

/** Makes a stream that has no audio yet. */
export function createSessionStream(stream: StreamServices): SessionStream {
  const { session, services, telemetry, setup, events } = stream;
  const { writer, recognizer, identity } = session;
  const told: Told = { finals: 0, words: 0, lostSeconds: 0, writing: [] };
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
      ...{ writing, spool, writer, events, telemetry, told, speakers, accepted },
      onCaughtUp: caughtUp.give,
    };
    accepted.begin(settings.channels);
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
  const settledSeconds = (channel?: number): number =>
    Math.min(channels.settledSeconds(channel), events.unrecordedFrom(channel) ?? Infinity);
  const accepted = createAcceptedAudio({
    journal: services.journal,
    sessionId: session.id,
    key: writer.journalKey,
    settledSeconds,
    keepsAudio: services.config.keepAudio,
    snapshot: () => snapshotOf(stream, told, finals),
    onTrouble: () => {
      events.emit({ kind: 'warning', warning: describeWarning('journal_unavailable') });
    },
  });

  return {
    channels,
    renew: () => {
      void spool?.finish();
      channels.renew();
    },
    adoptSetup: () => {
      describe();
      channels.listenFor(setup.keyTerms());
      accepted.describe();
    },
    flush: async () => {
      await channels.flush();
      await events.settled();
    },
    readAgain: async () => spool?.finish(),
    speakers,
    accepted,
    totals: () => ({
      audioSeconds: channels.receivedSeconds(),
      speechSeconds: channels.speechSeconds(),
      finals: told.finals,
      words: told.words,
    }),
    settledSeconds: () => settledSeconds(),
    pendingSeconds: () => channels.pendingSeconds() + events.unrecordedSeconds(),
    caughtUp: caughtUp.next,
    close: () => {
      void spool?.finish();
      const missing = told.lostSeconds + channels.receivedSeconds() - settledSeconds();
      channels.close();
      caughtUp.give();
      return missing;
    },
  };
}

/** What the session needs to go on elsewhere. */
function snapshotOf(
  { session, setup, received }: StreamServices,
  { lostSeconds, writing }: Told,
  finals: readonly number[],
): SessionSnapshot {
  const { id, identity, from, client, dialect, dialectName, takesBack, token } = session;
  const settings = setup.settings();
  return {
    version: SNAPSHOT_VERSION,
    sessionId: id,
    identity,
    from,
    client,
    dialect: { name: dialectName, isResumable: dialect.isResumable() },
    settings,
    sentTerms: setup.sentTerms(),
    takesBack,
    asked: setup.asked(),
    tokenDigest: Buffer.from(token.digest).toString('hex'),
    received: received.place(),
    channels: Array.from({ length: settings.channels }, (_, channel) => ({
      nextSequence: finals[channel] ?? 0,
      writing: writing[channel] ?? nothingWritten,
    })),
    lostSeconds,
  };
}

function openSpool(
  { session, services: { config, transcriptions }, setup, events: { emit } }: StreamServices,
  secondsBefore: number,
): RefinementSpool {
  return createRefinementSpool({
    sessionId: session.id,
    identity: session.identity,
    from: session.from,
    config,
    transcriptions,
    recognizer: session.refiner,
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
