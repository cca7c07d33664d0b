import type { DecoderPool, StreamDecoder, StreamOptions } from '@auscult/asr';
import { holdsSamples, type ErrorCode, type Explanation, type SessionSettings } from '@auscult/protocol';
import { undecodableOf } from '../errors.js';
import type { ChannelsOnDemand } from './channels.js';
import type { ReceivedCount } from './received-count.js';
import type { Superseded } from './when-read.js';

/** Takes audio that has to be decoded, and passes on what was decoded to the channels of its session. */
export interface DecodedIntake {
  /** Starts a decoder if one will be needed: that takes a moment, in which nobody has spoken yet. */
  readonly prepare: () => void;
  /** Resolves when everything in the bytes was decoded, or the session was told that it cannot be. */
  readonly take: (bytes: Uint8Array, superseded: Superseded) => Promise<void>;
  /** The recording ends here. Resolves when everything in it was decoded. What comes after it begins another one. */
  readonly end: () => Promise<void>;
  readonly close: () => void;
}

/** What an intake decodes with, and for whom. */
export interface DecodedIntakeServices {
  readonly decoders: Pick<DecoderPool, 'openStream'>;
  /** Whose session it is: decoders start in fair turns. */
  readonly share: string;
  readonly channels: ChannelsOnDemand;
  /** Counts what is taken. */
  readonly received: ReceivedCount;
  readonly settings: () => SessionSettings;
  /** Speech that waits for its final, seconds, and how much of it may. */
  readonly pendingSeconds: () => number;
  readonly maxPendingSeconds: number;
  /** Resolves when less of it waits than before, or the session is over. */
  readonly caughtUp: () => Promise<void>;
  readonly onTaken: (seconds: number) => void;
  /** Nothing more can be decoded. Resolves when the session has been ended. */
  readonly onUndecodable: (code: ErrorCode, explanation: Explanation | undefined) => Promise<void>;
}

/** Bytes that are decoded at a time, so that other sessions are served in between. */
const AT_ONCE_BYTES = 32_768;

/** A decoder, and what it is for. */
interface Running extends Pick<StreamOptions, 'kind' | 'channels'> {
  readonly decoder: StreamDecoder;
}

/** Starts without a decoder. */
export function createDecodedIntake(services: DecodedIntakeServices): DecodedIntake {
  const { decoders, share, channels, received, settings, pendingSeconds, maxPendingSeconds, caughtUp } =
    services;
  const { onTaken, onUndecodable } = services;
  let running: Running | undefined;
  let hasReceived = false;
  let isOver = false;

  const isBehind = (): boolean => !isOver && pendingSeconds() > maxPendingSeconds;

  async function onSound(sound: readonly Float32Array[]): Promise<void> {
    if (isOver) return;
    const before = channels.receivedSeconds();
    channels.pushDecoded(sound);
    onTaken(channels.receivedSeconds() - before);
    // A few bytes may hold minutes of sound.
    while (isBehind()) await caughtUp();
  }

  /** The decoder for what comes now; undefined if samples come. */
  function decoderOf(): StreamDecoder | undefined {
    const { encoding: kind, channels: count } = settings();
    if (running?.kind === kind && running.channels === count) return running.decoder;
    running?.decoder.close();
    running = undefined;
    if (kind !== 'opus' && kind !== 'container') return undefined;
    const decoder = decoders.openStream({ key: share, kind, channels: count, onSound });
    running = { kind, channels: count, decoder };
    return decoder;
  }

  async function orUndecodable(work: Promise<void> | undefined): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (isOver) return;
      isOver = true;
      const { code, explanation } = undecodableOf(error);
      await onUndecodable(code, explanation);
    }
  }

  return {
    prepare: () => {
      if (!isOver && !holdsSamples(settings())) decoderOf();
    },
    take: async (bytes, superseded) => {
      const isPacket = settings().encoding === 'opus';
      const most = isPacket ? bytes.length : AT_ONCE_BYTES;
      channels.open();
      for (let at = 0; at < bytes.length && !superseded(); at += most) {
        if (isOver) return;
        const piece = bytes.subarray(at, at + most);
        hasReceived = true;
        await orUndecodable(decoderOf()?.push(piece));
        received.addEncoded(isPacket ? 1 : piece.length, channels.receivedSeconds());
      }
    },
    end: async () => {
      const ending = running;
      if (ending === undefined || !hasReceived) return;
      await orUndecodable(ending.decoder.end());
      ending.decoder.close();
      if (running === ending) running = undefined;
    },
    close: () => {
      isOver = true;
      running?.decoder.close();
      running = undefined;
    },
  };
}
