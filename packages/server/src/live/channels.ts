import {
  floatsOf,
  SAMPLE_RATE,
  SpeechError,
  type ContinuedStream,
  type KeyTermList,
  type LiveListener,
  type LiveOptions,
  type LiveTranscription,
  type Recognizer,
  type SpokenSpan,
} from '@auscult/asr';
import { holdsSamples, type SessionSettings } from '@auscult/protocol';
import { recognitionOf } from '../settings-by-concern.js';
import { deinterleave } from './deinterleave.js';

/** The channels of one session, each with a live transcription of its own. */
export interface Channels {
  /** Takes interleaved samples in the encoding of the session, a whole number of them. `sampleRate` holds from here on. */
  readonly push: (pcm: Uint8Array, sampleRate?: number) => void;
  /** Takes what was decoded for a session whose audio has to be: at 16 kHz, an array for each channel. */
  readonly pushDecoded: (samples: readonly Float32Array[]) => void;
  /** Takes samples of a channel that were taken before, in another process, at 16 kHz. */
  readonly pushAgain: (channel: number, samples: Int16Array) => void;
  /** Ends the current utterances now; resolves once the finals of all audio pushed are delivered. */
  readonly flush: () => Promise<void>;
  /** Listens for other key terms in all of them. */
  readonly listenFor: (keyTerms: KeyTermList) => void;
  /** Gives what was said in these spans of a channel to the speakers named there. */
  readonly assignSpeakers: (channel: number, spans: readonly SpokenSpan[]) => void;
  /** Takes two speakers for one. */
  readonly mergeSpeakers: (from: number, into: number) => void;
  /** What is known of the voices; undefined if none are told apart. */
  readonly speakerState: () => Uint8Array | undefined;
  readonly close: () => void;
  /** Audio taken so far by each channel, seconds. */
  readonly receivedSeconds: () => number;
  /** The moment up to which the channel, or without one any, has no audio whose text is missing, seconds. */
  readonly settledSeconds: (channel?: number) => number;
  /** Speech that waits for its final, in the channel where this is most, seconds. */
  readonly pendingSeconds: () => number;
  /** Speech in the finals so far, all channels together, seconds. */
  readonly speechSeconds: () => number;
}

/** What is known of the voices of a stream before its first sample. */
type StreamVoices = Pick<LiveOptions, 'speakerState' | 'knownVoices'>;

/** Who listens to a channel, and what it continues. */
export interface ChannelStream {
  readonly listener: LiveListener;
  readonly continues: ContinuedStream | undefined;
}

/** Opens a live transcription for each channel of `settings`. */
export function openChannels(
  recognizer: Recognizer,
  settings: SessionSettings,
  keyTerms: KeyTermList,
  contextSeconds: number,
  share: readonly string[],
  voices: StreamVoices,
  streamOf: (channel: number) => ChannelStream,
  /** Called before it returns if the recognizer cannot read `speakerState`, so that numbers begin anew. */
  onVoicesLost: () => void,
): Channels {
  const { speakerState, ...known } = voices;
  const options: LiveOptions = {
    ...streamOptions(settings, { keyTerms, contextSeconds, share }),
    // Of two channels, each is a speaker.
    ...(settings.channels > 1 ? { speakers: 'off' } : known),
  };
  const open = (channel: number): LiveTranscription => {
    const { listener, continues } = streamOf(channel);
    const own = { ...options, ...(continues && { continues }) };
    if (options.speakers === 'off' || !speakerState) return recognizer.openLive(own, listener);
    try {
      return recognizer.openLive({ ...own, speakerState }, listener);
    } catch (error) {
      if (!(error instanceof SpeechError) || error.code !== 'speaker_state_damaged') throw error;
      onVoicesLost();
      return recognizer.openLive(own, listener);
    }
  };
  const channels = Array.from({ length: settings.channels }, (_, channel) => open(channel));
  return {
    push: (pcm, sampleRate) => {
      if (!holdsSamples(settings)) throw new TypeError('this audio has to be decoded first');
      deinterleave(pcm, settings).forEach((samples, channel) => channels[channel]?.push(samples, sampleRate));
    },
    pushDecoded: (samples) => {
      channels.forEach((channel, index) => {
        const own = samples[index];
        if (own) channel.push(new Uint8Array(own.buffer, own.byteOffset, own.byteLength));
      });
    },
    pushAgain: (channel, samples) => {
      channels[channel]?.pushSamples(floatsOf(samples));
    },
    flush: async () => {
      await Promise.all(channels.map((channel) => channel.flush()));
    },
    listenFor: (others) => {
      for (const channel of channels) channel.listenFor(others);
    },
    assignSpeakers: (channel, spans) => {
      channels[channel]?.assignSpeakers?.(spans);
    },
    mergeSpeakers: (from, into) => {
      for (const channel of channels) channel.mergeSpeakers?.(from, into);
    },
    speakerState: () => (channels.length > 1 ? undefined : channels[0]?.speakerState?.()),
    close: () => {
      for (const channel of channels) channel.close();
    },
    receivedSeconds: () => Math.max(...channels.map((channel) => channel.receivedSeconds)),
    settledSeconds: (channel) =>
      Math.min(
        ...channels.filter((_, index) => (channel ?? index) === index).map((one) => one.settledSeconds),
      ),
    pendingSeconds: () => Math.max(...channels.map((channel) => channel.pendingSeconds)),
    speechSeconds: () => channels.reduce((sum, channel) => sum + channel.speechSeconds, 0),
  };
}

/** How a channel is heard, besides the settings of its session. */
type HearingOptions = Required<Pick<LiveOptions, 'contextSeconds' | 'share'>> & {
  readonly keyTerms: KeyTermList;
};

/** Opens a stream for what is left of a channel: floats at 16 kHz. */
export function openStreamOf(
  recognizer: Recognizer,
  settings: SessionSettings,
  hearing: HearingOptions,
  listener: LiveListener,
): LiveTranscription {
  return recognizer.openLive({ ...streamOptions(settings, hearing), ...DECODED }, listener);
}

function streamOptions(settings: SessionSettings, hearing: HearingOptions): LiveOptions {
  const { endpointing, ...named } = recognitionOf(settings);
  return {
    ...named,
    ...(holdsSamples(settings) ? { encoding: settings.encoding } : DECODED),
    endpointingMs: endpointing.silenceMs,
    endpointSentences: endpointing.sentences === 'on',
    maxUtteranceSeconds: endpointing.maxUtteranceSeconds,
    ...hearing,
  };
}

/** What decoders give out. */
const DECODED = { encoding: 'f32le', sampleRate: SAMPLE_RATE } as const;

/** Channels that are opened when they are first needed. Until then nothing was received. */
export interface ChannelsOnDemand extends Channels {
  readonly open: () => void;
  readonly isOpen: () => boolean;
  /** Closes them once all their finals are delivered. The next audio opens others, which continue their clock. */
  readonly renew: () => void;
}

/**
 * Opens the channels, and others after a renewal, with `open`, which is told how much audio came before, seconds. Pushing to
 * channels that are not open is a mistake. `before`: what came in another process.
 */
export function channelsOnDemand(
  open: (secondsBefore: number) => Channels,
  before: { readonly seconds: number; readonly speechSeconds: number } = { seconds: 0, speechSeconds: 0 },
): ChannelsOnDemand {
  let channels: Channels | undefined;
  let secondsBefore = before.seconds;
  let speechBefore = before.speechSeconds;
  let stateBefore: Uint8Array | undefined;
  const receivedSeconds = (): number => secondsBefore + (channels?.receivedSeconds() ?? 0);
  const speechSeconds = (): number => speechBefore + (channels?.speechSeconds() ?? 0);
  const opened = (): Channels => {
    if (channels === undefined) throw new TypeError('the channels are not open');
    return channels;
  };
  return {
    open: () => {
      channels ??= open(secondsBefore);
    },
    isOpen: () => channels !== undefined,
    renew: () => {
      [secondsBefore, speechBefore] = [receivedSeconds(), speechSeconds()];
      stateBefore = channels?.speakerState() ?? stateBefore;
      channels?.close();
      channels = undefined;
    },
    push: (pcm, sampleRate) => {
      opened().push(pcm, sampleRate);
    },
    pushDecoded: (samples) => {
      opened().pushDecoded(samples);
    },
    pushAgain: (channel, samples) => {
      opened().pushAgain(channel, samples);
    },
    flush: async () => {
      await channels?.flush();
    },
    listenFor: (keyTerms) => {
      channels?.listenFor(keyTerms);
    },
    assignSpeakers: (channel, spans) => {
      channels?.assignSpeakers(channel, spans);
    },
    mergeSpeakers: (from, into) => {
      channels?.mergeSpeakers(from, into);
    },
    speakerState: () => channels?.speakerState() ?? stateBefore,
    close: () => {
      channels?.close();
    },
    receivedSeconds,
    settledSeconds: (channel) => secondsBefore + (channels?.settledSeconds(channel) ?? 0),
    pendingSeconds: () => channels?.pendingSeconds() ?? 0,
    speechSeconds,
  };
}
