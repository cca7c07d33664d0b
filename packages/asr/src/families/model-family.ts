import type { Device } from '../decoding/open-graph.js';
import type { SpeechModel } from '../decoding/speech-model.js';
import type { CatalogEntry } from '../models/catalog-entry.js';
import type { ComputeType } from '../models/compute-type.js';
import type { PreparedGraphFiles, WeightFormat } from '../models/prepared-graphs.js';
import type { ResolvedModel } from '../models/resolved-model.js';
import type { InstalledVariant } from '../models/store/find-installed.js';
import type { TokenText } from '../text/token-text.js';
import type { WordBreaks } from '../text/words.js';

/** Everything that depends on a model's architecture: how its graphs are prepared and opened, and which settings suit it. */
export interface ModelFamily {
  /** Its name in resolved models and their descriptions. */
  readonly name: string;
  /** Its name as it is written for people. */
  readonly title: string;
  /** Its published models, which can be chosen by name, the default first. */
  readonly catalog: readonly CatalogEntry[];
  /** Finds the files of a model in a folder. Throws `model_missing`, `model_corrupt` or `unsupported_compute_type`. */
  resolveFolder(folder: string, computeType: ComputeType): Promise<ResolvedModel>;
  /** Present if the store can fetch its models and their folders have a configuration. */
  readonly stored?: StoredFamily;
  /** Prepares the graphs of a model and writes them to two files. Throws the errors of reading, building and writing. */
  prepare(model: ResolvedModel, weights: WeightFormat, files: GraphTargets): Promise<void>;
  /** Loads a prepared model. Throws the error if that fails. */
  open(prepared: PreparedModel): Promise<SpeechModel>;
  /** Loads the text of its tokens, without its graphs. */
  loadTokenText(model: ResolvedModel): Promise<(token: number) => TokenText>;
  /** What jobs may ask of a model, without its graphs. */
  jobLimits(model: ResolvedModel): Promise<JobLimits>;
  /** Devices that its graphs are not prepared for, each with the reason. */
  readonly unfitDevices: Readonly<Partial<Record<Device, string>>>;
  /** Beams of the search for finals, unless a setting says otherwise. */
  readonly beams: number;
  /** Turns its confidence into the share of words that are right. */
  readonly calibration: Calibration;
  /** The tasks of a model that knows these languages. */
  tasksOf(languages: readonly string[]): readonly ('transcribe' | 'translate')[];
  /** Where the words of a language begin. */
  wordBreaksOf(language: string): WordBreaks;
  /**
   * Settings for whole recordings, where nobody waits for each word, and for further hearings, which make different
   * errors (bench `accuracy --whole --hearings 4`, docs/decisions/0015).
   */
  readonly hearings: readonly [Hearing, ...Hearing[]];
}

/** What a model takes. With more, or less, its process would end, and the jobs of all others with it. */
export interface JobLimits {
  /** Tokens that stand for text: those from 0 up to this. */
  readonly textTokens: number;
  /** Tokens that the decoder has positions for, the prompt among them. */
  readonly maxTokens: number;
  /** The shortest audio that can be encoded, samples. */
  readonly leastSamples: number;
}

/** A family whose models are published in the onnx-community layout. */
export interface StoredFamily {
  /** The `model_type` of their `config.json`. */
  readonly modelType: string;
  /** Finds the files of a variant in the store. Throws `model_missing` or `model_corrupt`. */
  resolve(name: string, computeType: ComputeType, variant: InstalledVariant): Promise<ResolvedModel>;
}

/** A model as an inference process loads it: plain values, which can be sent to any place that has the files. */
export interface PreparedModel {
  readonly model: ResolvedModel;
  readonly graphs: PreparedGraphFiles;
  readonly device: Device;
}

/** The files to which prepared graphs are written. */
interface GraphTargets {
  readonly encoder: string;
  readonly decoder: string;
}

/** A logistic function of log-odds. */
export interface Calibration {
  readonly slope: number;
  readonly shift: number;
}

/** The settings of one hearing of a recording. */
interface Hearing {
  readonly endpointingMs: number;
  readonly maxUtteranceSeconds?: number;
  readonly contextSeconds?: number;
  readonly speed?: number;
}
