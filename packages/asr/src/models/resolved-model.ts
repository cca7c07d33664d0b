import type { ModelGeometry } from '../decoding/model-geometry.js';
import type { ComputeType } from './compute-type.js';

/** A model whose files are known to be there. */
export interface ResolvedModel {
  /** The name by which it was chosen: that of the catalog, a repository or a folder. */
  readonly name: string;
  /** The name of its family, see `ModelFamily`. */
  readonly family: string;
  /** Tags of the languages that it recognises. */
  readonly languages: readonly string[];
  readonly computeType: ComputeType;
  readonly encoderPath: string;
  readonly decoderPath: string;
  /** The folder of its other files, such as configuration and vocabulary. */
  readonly folder: string;
  /** The SHA-256 hashes of both graphs, joined: the name of the graphs prepared from them. */
  readonly fingerprint: string;
  /** The shape, if none of the files tells it. */
  readonly geometry?: ModelGeometry;
}
