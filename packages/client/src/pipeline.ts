import { createAudioInput, type AudioInput } from './audio/audio-input.js';
import type { Level } from './audio/intake.js';
import { configureMessageFor } from './configure-message.js';
import { createAudioBuffer } from './delivery/audio-buffer.js';
import { createDelivery, type Delivery } from './delivery/delivery.js';
import type { DeliveryListener } from './delivery/delivery-listener.js';
import { sealedStoreOpener } from './delivery/sealed-store.js';
import { createRoom, type Room } from './sources/room.js';
import type { StateKeeper } from './state-keeper.js';
import type { TranscriberOptions } from './transcriber-options.js';
import type { UsableOptions } from './usable-options.js';

/** The way of the audio from its source to the server, and of the text back. */
export interface Pipeline
  extends
    Pick<AudioInput, 'take' | 'mute'>,
    Pick<Delivery, 'open' | 'finalize' | 'stop' | 'retryNow' | 'waitingSeconds' | 'lostSamples'> {
  /** The audio stops here, for now or for good: gives out what is still held, and reports silence. */
  readonly pauseInput: AudioInput['pause'];
  /** Resolves when audio that can wait may be taken. */
  readonly room: Room['wait'];
  /** Samples of each channel taken so far. */
  readonly samples: () => number;
  /** Lets go of the server and of the audio. */
  readonly close: () => void;
}

interface PipelineParts {
  readonly options: TranscriberOptions;
  readonly usable: UsableOptions;
  readonly keeper: StateKeeper;
  readonly listener: Omit<DeliveryListener, 'onSettled'>;
  readonly onLevel: (levels: readonly Level[]) => void;
}

/** Joins input, buffer and delivery; nothing flows until it is opened. */
export function createPipeline({ options, usable, keeper, listener, onLevel }: PipelineParts): Pipeline {
  const { channels, bufferMinutes } = usable;
  const openStore = sealedStoreOpener();
  const isCutOff = (): boolean => keeper.now().outage !== undefined;
  // PCM can wait: for the server if that can be reached, and for memory if there is nothing else.
  const room = createRoom(
    () => !buffer.isFull() || keeper.isEnded() || (openStore !== undefined && isCutOff()),
  );
  const buffer = createAudioBuffer({
    channels,
    memorySeconds: bufferMinutes * 60,
    openStore,
    onFetched: () => delivery.onAudio(),
    onDropped: (from, to) => delivery.onDropped(from, to),
  });
  const delivery = createDelivery({
    ...usable,
    ticket: options.ticket,
    configure: configureMessageFor(options),
    flushSeconds: bufferMinutes * 30,
    buffer,
    listener: { ...listener, onSettled: room.lookAgain },
  });
  const input = createAudioInput({
    channels,
    onSamples: (interleaved) => {
      buffer.append(interleaved);
      delivery.onAudio();
      // What waits to be sent grows, and is part of the state.
      if (isCutOff()) keeper.change({});
    },
    onLevel,
  });
  return {
    ...delivery,
    take: input.take,
    mute: input.mute,
    pauseInput: input.pause,
    room: room.wait,
    samples: buffer.end,
    close: () => {
      delivery.close();
      buffer.close();
      room.lookAgain();
    },
  };
}
