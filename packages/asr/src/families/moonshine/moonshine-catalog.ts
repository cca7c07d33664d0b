import { createRequire } from 'node:module';
import path from 'node:path';
import { moonshineGeometry } from './moonshine-geometry.js';
import type { ModelFile, MoonshinePackage } from './moonshine-package.js';
import { isMoonshineInstalled, resolveMoonshine } from './moonshine-files.js';
import type { BuiltInEntry } from '../../models/catalog-entry.js';

/** A Moonshine model, and where its files are. */
export type MoonshineEntry = BuiltInEntry & MoonshinePackage;

const places = createRequire(import.meta.url);

/** Memory of an inference process: bench `soak` for `base`, and for `tiny` less by the difference in file sizes. */
const MEMORY = { base: 450e6, tiny: 380e6 };

/** The Moonshine models, the default first. */
export const moonshineCatalog: readonly MoonshineEntry[] = [
  moonshine('base', true, {
    encoder: [20_513_063, '1dd9ab0a7f987113d30affcba5a068d11c8f90fa0223caa3e491ade431ad9751'],
    decoder: [42_498_870, 'cc9f3cd6698a369c6008b41aa60aa3fb3322e7f03c9bdf19d8e6b7200afca4f3'],
  }),
  moonshine('tiny', false, {
    encoder: [7_937_661, 'c6fc4b7bc5af75c0591fd157a1f3829b533d18e9769a888fd95a62e470dd4f4a'],
    decoder: [20_243_286, 'eed87831c3a6103534aae7d47a5d485025c659a1323901513961c39fe8a1a367'],
  }),
];

function moonshine(
  size: 'base' | 'tiny',
  isDefault: boolean,
  files: Readonly<Record<'encoder' | 'decoder', readonly [bytes: number, sha256: string]>>,
): MoonshineEntry {
  const file = (name: string, [bytes, sha256]: readonly [number, string]): ModelFile => ({
    name,
    bytes,
    sha256,
  });
  // Most people need only one of the two.
  const carrier = isDefault ? '@auscult/weights' : '@auscult/weights-tiny';
  const repository = `onnx-community/moonshine-${size}-ONNX`;
  const entry: MoonshineEntry = {
    name: `moonshine-${size}`,
    family: 'moonshine',
    languages: ['en'],
    license: 'MIT',
    source: 'npm:@usefulsensors/moonshine-js@0.1.7',
    default: isDefault,
    figures: {
      downloadBytes: 0,
      memory: { bytes: MEMORY[size], measured: size === 'base' },
      speed: { timesRealTime: size === 'base' ? 15 : 30, measured: false },
    },
    repository,
    aliases: [],
    geometry: moonshineGeometry[size],
    encoder: file('encoder_model.onnx', files.encoder),
    decoder: file('decoder_model_merged.onnx', files.decoder),
    carrier,
    folder: () =>
      path.join(path.dirname(places.resolve(`${carrier}/package.json`)), 'dist', 'moonshine', size),
    supply: 'built-in',
    installed: () => (isMoonshineInstalled(entry) ? ['int8'] : []),
    installedBytes: files.encoder[0] + files.decoder[0],
    resolve: (computeType) => resolveMoonshine(entry, computeType),
  };
  return entry;
}
