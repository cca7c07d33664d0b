import { setImmediate as nextTurn } from 'node:timers/promises';
import { nothingWritten, SAMPLE_RATE, type ContinuedStream, type WritingOptions } from '@auscult/asr';
import { describeWarning } from '@auscult/protocol';
import { ownershipOf, shareOf } from '../access/identity.js';
import { writingOf } from '../settings-by-concern.js';
import { settingsInForce } from '../model-abilities.js';
import { describedBy } from '../records/recorded-settings.js';
import { createAcceptedAudio, type AcceptedAudio } from './accepted-audio.js';
import type { AdmittedSession } from './admitted-session.js';
import { listenToChannel, type Told } from './channel-listener.js';
import { channelsOnDemand, openChannels, type ChannelsOnDemand, type ChannelStream } from './channels.js';
import { continueClock, onStreamClock, type StreamOrigin } from './continue-clock.js';
import type { EventQueue } from './event-queue.js';
import type { StreamTotals } from './events.js';
import { createNotice } from './notice.js';
import type { ReceivedCount } from './received-count.js';
import { createRefinementSpool, type RefinementSpool } from './refinement-spool.js';
import { secondsBefore, type PastChannel, type SessionPast } from './session-past.js';
import type { SessionServices } from './session-services.js';
import { createSessionSpeakers, type SessionSpeakers } from './session-speakers.js';
import type { SessionSetup } from './session-setup.js';
import { SNAPSHOT_VERSION, type SessionSnapshot } from './session-snapshot.js';
import type { SessionTelemetry } from './session-telemetry.js';

/** The audio of one session on its way to recorded text. */
export interface SessionStream {
  /** Opened by the first audio, or the first after a renewal, with the setup of that moment. */
  readonly channels: ChannelsOnDemand;
  /** Has what was taken elsewhere, and is not final yet, heard before everything else. Resolves once it was pushed. */
  readonly hearPast: () => Promise<void>;
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
  readonly accepted: Pick<
    AcceptedAudio,
    'durableSeconds' | 'settledSeconds' | 'settle' | 'isKept' | 'end' | 'leave'
  >;
  /** Hears nothing more, so that another process can go on from what is kept. Resolves once all of that is kept. */
  readonly leave: () => Promise<void>;
  /** Whether another process goes on: what was asked here, and needs more text, is answered there. */
  readonly hasLeft: () => boolean;
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
  /** Undefined once the first stream goes on from it. */
  let { past } = session;
  const told: Told = {
    finals: past?.told.finals ?? 0,
    words: past?.told.words ?? 0,
    lostSeconds: past?.told.lostSeconds ?? 0,
    writing: past?.channels.map(({ writing }) => writing) ?? [],
  };
  const finals: number[] = past?.channels.map((channel) => channel.finals) ?? [];
  /** Where the stream of each channel begins. */
  const origins: StreamOrigin[] = [];
  const caughtUp = createNotice();
  let spool: RefinementSpool | undefined;
  let hasLeft = false;

  const describe = (): void => {
    const settings = settingsInForce(services.config, setup.settings());
    const { client } = session;
    writer.describe(describedBy(settings, { keyTerms: setup.sentTerms(), client, asked: setup.asked() }));
  };
  const writing = (): WritingOptions => ({ ...writingOf(setup.settings()), takesBack: session.takesBack });

  const channels = channelsOnDemand(
    (seconds) => {
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
      const former = past;
      past = undefined;
      const streamOf = (channel: number): ChannelStream => {
        const origin = { seconds, finals: finals[channel] ?? 0 };
        origins[channel] = origin;
        const before = former?.channels[channel];
        const listener = listenToChannel(channel, listening);
        return {
          listener: continueClock(listener, origin, (counted) => {
            finals[channel] = counted;
          }),
          continues: before && continuedFrom(before, seconds),
        };
      };
      const speakerState = speakers.voices();
      const knownVoices = session.voices.known();
      const voices = {
        ...(speakerState && { speakerState }),
        ...(knownVoices.length > 0 && settings.speakers !== 'off' && { knownVoices }),
      };
      const { sampleRate = settings.sampleRate } = former?.received ?? {};
      return openChannels(
        recognizer,
        { ...settings, sampleRate },
        setup.keyTerms(),
        contextSeconds,
        share,
        voices,
        streamOf,
        speakers.beginAnew,
      );
    },
    past && { seconds: secondsBefore(past), speechSeconds: past.told.speechSeconds },
  );
  const speakers = createSessionSpeakers({
    settings: setup.settings,
    token: services.config.resumeSeconds > 0 ? session.token : undefined,
    past,
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
    from: session.past?.channels.map((channel) => channel.from) ?? [],
    settledSeconds,
    keepsAudio: services.config.keepAudio,
    snapshot: () => snapshotOf(stream, told, finals),
    onTrouble: () => {
      events.emit({ kind: 'warning', warning: describeWarning('journal_unavailable') });
    },
  });

  /** Only once what was taken elsewhere is kept here, it need not be kept there: the journal may be full just now. */
  const keepPast = async (taken: SessionPast): Promise<void> => {
    await accepted.flushed();
    const durable = accepted.durableSeconds() ?? Infinity;
    if (hasLeft) return;
    if (Math.round(durable * SAMPLE_RATE) >= Math.round(taken.received.seconds * SAMPLE_RATE))
      return taken.onKept();
    setTimeout(() => {
      keepPast(taken).catch(telemetry.failed);
    }, KEPT_AGAIN_MS).unref();
  };

  return {
    channels,
    hearPast: async () => {
      if (session.past === undefined) return;
      await pushPast(session.past, channels);
      keepPast(session.past).catch(telemetry.failed);
    },
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
    leave: async () => {
      hasLeft = true;
      accepted.describe();
      accepted.settle();
      channels.close();
      await events.settled();
      speakers.keep();
      await accepted.leave();
      await writer.leave();
    },
    hasLeft: () => hasLeft,
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

/** How soon it is looked again whether the audio of another process is kept here, milliseconds. */
const KEPT_AGAIN_MS = 1000;

/** What the session needs to go on elsewhere. */
function snapshotOf(
  { session, setup, received, telemetry: { trace } }: StreamServices,
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
    ...(trace && { traceparent: trace.traceparent }),
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

/** What the stream of a channel continues, on its own clock, which begins at `seconds` on that of the session. */
function continuedFrom({ context, from }: PastChannel, seconds: number): ContinuedStream {
  const utterances = context.utterances.map(({ start, tokens }) => ({ start: start - seconds, tokens }));
  return { context: { ...context, utterances }, fromSeconds: from / SAMPLE_RATE - seconds };
}

/** Samples of a channel that are pushed at a time, so that other sessions are served in between. */
const AT_ONCE = SAMPLE_RATE / 2;

/** Pushes the audio of all channels in step. */
async function pushPast(past: SessionPast, channels: ChannelsOnDemand): Promise<void> {
  channels.open();
  const begin = Math.round(secondsBefore(past) * SAMPLE_RATE);
  // What a channel knows beyond another is heard with what the client sends again.
  const end = Math.round(past.received.seconds * SAMPLE_RATE);
  for (let at = begin; at < end; at += AT_ONCE) {
    past.channels.forEach(({ audioFrom, audio }, channel) => {
      const silence = Math.min(at + AT_ONCE, audioFrom, end) - at;
      if (silence > 0) channels.pushAgain(channel, new Int16Array(silence));
      const piece = audio.subarray(Math.max(0, at - audioFrom), Math.max(0, at + AT_ONCE - audioFrom));
      if (piece.length > 0) channels.pushAgain(channel, piece);
    });
    await nextTurn();
  }
}
