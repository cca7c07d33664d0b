import type { ModelGeometry } from '../decoding/model-geometry.js';
import type { ComputeType } from './compute-type.js';

/** A model whose files are known to be there. */
export interface ResolvedModel {
  /** As a person calls it: a name of the catalog, a repository or a folder. */
  readonly name: string;
  readonly family: 'moonshine' | 'whisper';
  /** Tags of the languages that it recognises. */
  readonly languages: readonly string[];
  readonly computeType: ComputeType;
  readonly encoderPath: string;
  readonly decoderPath: string;
  /** Whisper: the folder with config.json, generation_config.json, preprocessor_config.json and tokenizer.json. */
  readonly folder: string;
  /** The SHA-256 of both graphs, joined: the name of what is prepared from them. */
  readonly fingerprint: string;
  /** Moonshine only: none of its files tells its shape. */
  readonly geometry?: ModelGeometry;
}
