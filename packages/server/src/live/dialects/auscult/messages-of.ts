import type { HeardCommand } from '@auscult/asr';
import {
  describeError,
  describeWarning,
  dropTable,
  PROTOCOL,
  type CommandMessage,
  type ReadyMessage,
  type ServerMessage,
  type SessionSettings,
  type SpeakersMessage,
} from '@auscult/protocol';
import type { Config } from '../../../config/schema.js';
import { threeDecimals } from '../../../transcripts/transcript.js';
import type { SessionPlace } from '../../dialect.js';
import type { FinalEvent, SessionEvent, SetupInForce, SpeakersEvent } from '../../events.js';
import { refinementMessage } from './refinement-message.js';
import { finalMessage, flooredSeconds, partialMessage } from './transcription-message.js';

/** The state of a session that its messages depend on. */
export interface SessionView {
  readonly place: SessionPlace;
  readonly config: Config;
  /** The settings in force. */
  readonly settings: SessionSettings;
  /** A client that has not opted in is sent only `connection`, `transcription` and `error`. */
  readonly hasOptedIn: boolean;
}

/** The messages for an event. */
export function messagesOf(event: SessionEvent, view: SessionView): readonly ServerMessage[] {
  const forEverybody = messageForEverybody(event, view);
  if (!view.hasOptedIn) return forEverybody === undefined ? [] : [forEverybody];
  const optedIn = messageForOptedIn(event, view);
  return [forEverybody, optedIn].filter((message) => message !== undefined);
}

function messageForEverybody(
  event: SessionEvent,
  { place, settings }: SessionView,
): ServerMessage | undefined {
  switch (event.kind) {
    case 'opened':
      return {
        type: 'connection',
        status: 'connected',
        message: 'Real-time transcription ready',
        model: place.model,
      };
    case 'partial':
      return partialMessage(event, channelOf(event, settings));
    case 'final':
      if (event.hypothesis.command !== undefined) return undefined;
      return finalMessage(event, { words: settings.words, ...channelOf(event, settings) });
    case 'lost': {
      const [start, end] = [threeDecimals(event.start), threeDecimals(event.end)];
      return describeError('audio_lost', { start, end, ...channelOf(event, settings) });
    }
    case 'error':
      return { type: 'error', ...event.problem };
    default:
      return undefined;
  }
}

function messageForOptedIn(event: SessionEvent, view: SessionView): ServerMessage | undefined {
  switch (event.kind) {
    case 'opened':
    case 'configured':
      return readyMessage(event.setup, view);
    case 'speech': {
      const { state, at } = event.activity;
      return { type: 'speech', state, at: threeDecimals(at), ...channelOf(event, view.settings) };
    }
    case 'final':
      return event.hypothesis.command && commandMessage(event, event.hypothesis.command, view.settings);
    case 'finalized':
      return { type: 'speech', state: 'finalized', at: threeDecimals(event.at) };
    case 'stopped':
      return stoppedMessage(event);
    case 'refined':
      return refinementMessage(event.transcription, view.config.maxSendBufferBytes);
    case 'warning':
      return { type: 'warning', ...event.warning };
    case 'paused':
      return describeWarning(event.reason === 'backlog' ? 'falling_behind' : 'messages_throttled');
    case 'dropped': {
      const { reason, sequence } = event;
      const [start, end] = [threeDecimals(event.start), threeDecimals(event.end)];
      const message = dropTable[reason];
      return { type: 'dropped', reason, message, sequence, start, end, ...channelOf(event, view.settings) };
    }
    case 'speakers':
      return speakersMessage(event, view.settings);
    case 'resumed':
      return { type: 'resumed', sessionId: view.place.sessionId, receivedSamples: event.receivedSamples };
    case 'acknowledged': {
      const { receivedSamples } = event;
      return { type: 'acknowledged', receivedSamples, settledSeconds: flooredSeconds(event.settledSeconds) };
    }
    default:
      return undefined;
  }
}

function readyMessage({ settings, keyTerms }: SetupInForce, { place, config }: SessionView): ReadyMessage {
  return {
    type: 'ready',
    sessionId: place.sessionId,
    protocol: PROTOCOL,
    model: place.model,
    ...settings,
    keyterms: keyTerms,
    limits: { maxFrameBytes: config.maxFrameBytes, maxBufferedSeconds: config.maxBufferedSeconds },
    ...(place.resume !== undefined && { resume: place.resume }),
  };
}

function commandMessage(
  { channel, madeAt, hypothesis: { sequence, spoken = '', start, end, confidence } }: FinalEvent,
  { id, phrase, variables }: HeardCommand,
  settings: SessionSettings,
): CommandMessage {
  return {
    type: 'command',
    ...(id === undefined ? {} : { id }),
    phrase,
    variables,
    text: spoken,
    timestamp: madeAt.toISOString(),
    sequence,
    start: threeDecimals(start),
    end: threeDecimals(end),
    confidence: threeDecimals(confidence),
    ...channelOf({ channel }, settings),
  };
}

function stoppedMessage({ totals, refinement }: Extract<SessionEvent, { kind: 'stopped' }>): ServerMessage {
  return {
    type: 'stopped',
    audioSeconds: threeDecimals(totals.audioSeconds),
    speechSeconds: threeDecimals(totals.speechSeconds),
    utterances: totals.finals,
    words: totals.words,
    ...(refinement === undefined ? {} : { refinement: { id: refinement } }),
  };
}

function speakersMessage(
  { revised, speakers, settledSeconds }: SpeakersEvent,
  settings: SessionSettings,
): SpeakersMessage {
  return {
    type: 'speakers',
    revised: revised.map(({ channel, speakerConfidence, ...one }) => ({
      ...one,
      ...channelOf({ channel }, settings),
      ...(speakerConfidence === undefined ? {} : { speakerConfidence: threeDecimals(speakerConfidence) }),
    })),
    speakers: [...speakers],
    settledSeconds: flooredSeconds(settledSeconds),
  };
}

/** The channel, if the session has several. */
function channelOf(
  { channel }: { readonly channel: number },
  { channels }: SessionSettings,
): { readonly channel?: number } {
  return channels > 1 ? { channel } : {};
}
