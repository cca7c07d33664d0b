import type { ComputeType } from './compute-type.js';
import type { ModelFigures } from './model-figures.js';
import type { ResolvedModel } from './resolved-model.js';
import type { PinnedRepository } from './stored-model.js';

/** A published model, which can be chosen by name. */
export type CatalogEntry = BuiltInEntry | StoredEntry;

/** A model that was installed with the program. */
export interface BuiltInEntry extends PublishedModel {
  readonly supply: 'built-in';
  /** The compute types whose files are installed. */
  installed(): readonly ComputeType[];
  /** Space that its files take, bytes. */
  readonly installedBytes: number;
  /** Finds the model's files. Throws `unsupported_compute_type`, `model_missing` or `model_corrupt`. */
  resolve(computeType: ComputeType): Promise<ResolvedModel>;
}

/** A model that the store fetches. */
export interface StoredEntry extends PublishedModel {
  readonly supply: 'stored';
  readonly pins: PinnedRepository;
}

interface PublishedModel {
  readonly name: string;
  /** The name of its family, see `ModelFamily`. */
  readonly family: string;
  /** BCP 47 tags, or the model's own tags where these differ. */
  readonly languages: readonly string[];
  /** SPDX identifier of the weights' licence. */
  readonly license: string;
  readonly source: string;
  readonly default: boolean;
  readonly figures: ModelFigures;
  /** The repository where it is published in the onnx-community layout, `owner/name`. */
  readonly repository: string;
  /** Other names for it. */
  readonly aliases: readonly string[];
}
