import type { ModelGeometry } from '../../decoding/model-geometry.js';

/** A Moonshine model's files as npm installs them, in int8. */
export interface MoonshinePackage {
  readonly name: string;
  /** BCP 47 tags. */
  readonly languages: readonly string[];
  readonly geometry: ModelGeometry;
  readonly encoder: ModelFile;
  readonly decoder: ModelFile;
  /** The npm package that its files are in. */
  readonly carrier: string;
  /** The folder that its files are in. Throws where that package is not installed. */
  readonly folder: () => string;
}

/** A file of a model, and what it must hold. */
export interface ModelFile {
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}
