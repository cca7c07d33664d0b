import type { Device } from '../decoding/open-graph.js';
import type { ComputeType } from '../models/compute-type.js';
import type { ModelStoreOptions } from '../models/store/model-store.js';
import type { HeardVoice } from '../speakers/enrol-voice.js';
import type { WindowEmbedder } from '../speakers/label-recording.js';
import type { VoicesEvent, VoicesStatus } from '../speakers/voices-status.js';
import type { Lexicon } from '../terms/key-term.js';
import type { FinalHearing } from '../live/utterance-services.js';
import type { LiveListener, LiveOptions, LiveTranscription } from '../live/live-transcription.js';

/** The model of a running recognizer. */
export interface ModelDescription {
  /** Catalog name, such as `moonshine-base`, or the folder's name for a model given by path. */
  readonly name: string;
  /** The family of the model, such as `moonshine` or `whisper`. */
  readonly family: string;
  /** BCP 47 tags. */
  readonly languages: readonly string[];
  /** What it can do with speech; only `transcribe` if this is left out. */
  readonly tasks?: readonly ('transcribe' | 'translate')[];
  readonly computeType: ComputeType;
  /** The device that it really runs on, see `deviceFallback`. */
  readonly device: Device;
}

/** How to start a recognizer. */
export interface RecognizerOptions {
  /** A name of the catalog, a folder that holds a model, or a repository as `owner/name`. */
  readonly model: string;
  /** The store of models from a hub; without it, only models that need no hub can be used. */
  readonly modelStore?: ModelStoreOptions;
  /** BCP 47 tag of the speech, or `auto` if the model can recognise languages. */
  readonly language: string;
  readonly device: Device;
  /** Whether the CPU is used if `device` cannot be; by default the start fails. */
  readonly deviceFallback?: boolean;
  readonly computeType: ComputeType;
  /** Beams of the search for finals; 1, which is greedy, by default. */
  readonly beams?: number | undefined;
  /** Terms that are looked for in every stream that does not say otherwise; none by default. */
  readonly lexicon?: Lexicon;
  /** Whether terms of the lexicon are weighed by the words around them too; they are by default. */
  readonly lexiconContext?: boolean | undefined;
  /** Inference processes; `availableParallelism()` of `node:os` is a good number. */
  readonly workers: number;
  /** The folder in which prepared graphs and the index of the lexicon are kept. */
  readonly cacheDirectory: string;
  /**
   * A worker with a larger resident size is replaced, bytes; by default 1 GiB, or as much as a larger model needs.
   */
  readonly workerMemoryLimitBytes?: number;
  /** A worker that has not answered for this long is taken for hung and replaced, seconds. */
  readonly workerTimeoutSeconds: number;
  /** New sessions are refused while finals run later than this behind their endpoint, seconds. */
  readonly maxFinalDelaySeconds: number;
  /** Whether carried context may shrink while finals are late, so that more streams fit. */
  readonly shrinkContextUnderLoad: boolean;
  /** Receives what operators need to know. Never holds speech. */
  readonly onEvent?: (event: RecognizerEvent) => void;
}

/** What happened to the processes that infer. */
export type RecognizerEvent =
  | VoicesEvent
  | { readonly kind: 'preparing-graphs'; readonly model: string }
  | { readonly kind: 'device-fallback'; readonly reason: string }
  | { readonly kind: 'worker-ready'; readonly worker: number; readonly pid: number; readonly seconds: number }
  | {
      readonly kind: 'worker-exited';
      readonly worker: number;
      readonly pid: number;
      readonly reason: 'crash' | 'hung' | 'memory';
    }
  | { readonly kind: 'final-heard'; readonly how: FinalHearing }
  | { readonly kind: 'job-retried'; readonly worker: number }
  | { readonly kind: 'job-lost'; readonly attempts: number }
  | {
      readonly kind: 'job-finished';
      readonly priority: 'final' | 'partial' | 'background';
      readonly waitSeconds: number;
      readonly runSeconds: number;
      readonly audioSeconds: number;
    };

export interface WorkerStatus {
  readonly pid: number | undefined;
  readonly state: 'starting' | 'ready' | 'backing-off';
  readonly residentBytes: number;
  readonly restarts: number;
  readonly jobs: number;
}

/** The other machines that infer for a recognizer. */
export interface MachinesStatus {
  /** Machines with the model that take jobs. */
  readonly machines: number;
  /** Jobs of this recognizer that they take at a time. */
  readonly capacity: number;
  /** Jobs that had to go to another machine so far. */
  readonly jobsMoved: number;
  /** Sent to machines so far, bytes. */
  readonly sentBytes: number;
  /** Received from machines so far, bytes. */
  readonly receivedBytes: number;
}

export interface RecognizerStatus {
  readonly workers: readonly WorkerStatus[];
  readonly waitingFinals: number;
  readonly waitingPartials: number;
  /** How long the oldest final not yet delivered has waited, or the recent 95th percentile if that is longer, seconds. */
  readonly finalDelaySeconds: number;
  readonly liveStreams: number;
  /** The process that speakers are told apart with. */
  readonly voices?: VoicesStatus;
  /** Where other machines infer. */
  readonly pool?: MachinesStatus;
}

/** Whether a new session would get its finals in time. */
export type Admission =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly reason: 'finals-late' | 'no-worker-ready' };

/** Speech recognition over supervised inference processes, shared by all streams of a server. */
export interface Recognizer extends WindowEmbedder {
  readonly model: ModelDescription;
  openLive(options: LiveOptions, listener: LiveListener): LiveTranscription;
  /**
   * Whether a new session of `share` would be served in time, see `LiveOptions`. A share that makes its own finals
   * late is refused before others are.
   */
  admission(share?: readonly string[]): Admission;
  /** Name of the encoder by which it tells voices apart. Those of different encoders cannot be compared. */
  readonly voiceEncoder: string;
  /**
   * Finds the voice in a recording that somebody made of themselves, 16 kHz within ±1, of at most a minute: it is held in memory
   * meanwhile. Fails as the recording does.
   */
  enrolVoice(recording: AsyncIterable<Float32Array>, share?: readonly string[]): Promise<HeardVoice>;
  status(): RecognizerStatus;
  /** Ends the processes. Pending audio is dropped: flush the streams first. */
  close(): Promise<void>;
}
