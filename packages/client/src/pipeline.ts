import type { KnownSpeaker } from '@auscult/protocol';
import { createAudioInput, type AudioInput } from './audio/audio-input.js';
import type { Level } from './audio/intake.js';
import { SAMPLE_RATE, samplesOf } from './audio/sample-rate.js';
import { configureMessageFor } from './configure-message.js';
import { createAudioBuffer } from './delivery/audio-buffer.js';
import { createDelivery, type Delivery } from './delivery/delivery.js';
import type { DeliveryListener } from './delivery/delivery-listener.js';
import { sealedStoreOpener } from './delivery/sealed-store.js';
import { createTransfer } from './delivery/transfer.js';
import { ownProblem } from './problem.js';
import { createRecordedBytes, type RecordedBytes } from './recorded/recorded-bytes.js';
import { createRecordedTransfer } from './recorded/recorded-transfer.js';
import { createIdentification, type Identification } from './speakers/identification.js';
import { createRoom, type Room } from './sources/room.js';
import type { StateKeeper } from './state-keeper.js';
import type { TranscriberOptions } from './transcriber-options.js';
import type { UsableOptions } from './usable-options.js';

/** The way of the audio from its source to the server, and of the text back. */
export interface Pipeline
  extends
    Pick<AudioInput, 'take' | 'mute'>,
    Pick<RecordedBytes, 'beginRecording'>,
    Pick<
      Delivery,
      'open' | 'finalize' | 'stop' | 'retryNow' | 'listenForCommands' | 'waitingSeconds' | 'lostSamples'
    > {
  /** Corrects who speaks. */
  readonly identify: Identification['correct'];
  readonly recordOf: Identification['recordOf'];
  /** Takes what a recorder wrote in about so many seconds. */
  readonly takeRecorded: (bytes: Uint8Array<ArrayBuffer>, seconds: number) => void;
  /** Calls `listen` when another recording has to begin. */
  readonly whenStranded: (listen: () => void) => void;
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
  /** What is known of a speaker. */
  readonly known: (speaker: number) => KnownSpeaker | undefined;
}

/** Bytes that may be kept for each minute of `bufferMinutes`: as many as samples take, which is several minutes of a recording. */
const MOST_BYTES_A_MINUTE = 60 * SAMPLE_RATE * 2;

/** Joins input, buffer and delivery; nothing flows until it is opened. */
export function createPipeline(parts: PipelineParts): Pipeline {
  const { options, usable, keeper, listener, onLevel, known } = parts;
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
  const recorded = createRecordedBytes();
  const { firstSpeaker, correctRecord } = options;
  const identification = createIdentification({ channels, firstSpeaker, correctRecord, known });
  let recordAnew = (): void => undefined;
  const isRecorded = options.capture === 'recorder';
  const flushSeconds = bufferMinutes * 30;
  const delivery = createDelivery({
    ...usable,
    ticket: options.ticket,
    configure: configureMessageFor(options),
    identification,
    openTransfer: (transferListener) =>
      isRecorded
        ? createRecordedTransfer({
            recorded,
            flushSeconds,
            identification,
            listener: transferListener,
            onStranded: () => recordAnew(),
          })
        : createTransfer({ channels, flushSeconds, buffer, identification, listener: transferListener }),
    listener: { ...listener, onSettled: room.lookAgain },
  });
  const onMore = (): void => {
    delivery.onAudio();
    // What waits to be sent grows, and is part of the state.
    if (isCutOff()) keeper.change({});
  };
  const input = createAudioInput({
    channels,
    onSamples: (interleaved) => {
      buffer.append(interleaved);
      onMore();
    },
    onLevel,
  });
  return {
    ...delivery,
    recordOf: identification.recordOf,
    take: input.take,
    mute: input.mute,
    pauseInput: input.pause,
    identify: (corrections) => {
      identification.correct(corrections);
      delivery.send();
    },
    room: room.wait,
    beginRecording: recorded.beginRecording,
    whenStranded: (listen) => {
      recordAnew = listen;
    },
    takeRecorded: (bytes, seconds) => {
      recorded.append(bytes, seconds);
      if (recorded.size() > bufferMinutes * MOST_BYTES_A_MINUTE) listener.onFailed(ownProblem('buffer_full'));
      onMore();
    },
    samples: () => (isRecorded ? samplesOf(recorded.endSeconds()) : buffer.end()),
    close: () => {
      delivery.close();
      buffer.close();
      room.lookAgain();
    },
  };
}
