import type { ModelGeometry } from '../decoding/model-geometry.js';
import type { ComputeType } from './compute-type.js';

/** A model whose files are known to be there. */
export interface ResolvedModel {
  /** As a person calls it: a name of the catalog, a repository or a folder. */
  readonly name: string;
  /** The name of its family, see `ModelFamily`. */
  readonly family: string;
  /** Tags of the languages that it recognises. */
  readonly languages: readonly string[];
  readonly computeType: ComputeType;
  readonly encoderPath: string;
  readonly decoderPath: string;
  /** Where its other files are, such as configuration and vocabulary. */
  readonly folder: string;
  /** The SHA-256 of both graphs, joined: the name of what is prepared from them. */
  readonly fingerprint: string;
  /** The shape, where none of the files tells it. */
  readonly geometry?: ModelGeometry;
}
