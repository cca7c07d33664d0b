import { z } from 'zod';
import { SpeechError } from '../../speech-error.js';
import { isRepositoryName } from '../choose-model.js';
import { COMPUTE_TYPES } from '../compute-type.js';
import { manifestSchema, type Manifest } from './manifest.js';
import { CONFIGURATION_FILES, graphFiles, isExternalWeights } from '../onnx-community-layout.js';

/**
 * A bundle is a tar archive. Its first entry is {@link BUNDLE_INDEX}, which says what the others must be: the files
 * of the models, see {@link bundlePath}, and nothing else.
 */
export const BUNDLE_INDEX = 'auscult-models.json';

/** The longest index that is accepted, bytes. */
export const LONGEST_INDEX = 1024 ** 2;

/** What a bundle holds: one revision of each model, with the chosen variants. */
export const bundleIndexSchema = z.strictObject({
  format: z.literal(1),
  models: z.array(manifestSchema.refine(isWholeModel)).min(1),
});
export type BundleIndex = Readonly<z.output<typeof bundleIndexSchema>>;

/** The path of a file in a bundle. */
export function bundlePath({ repository, revision }: Manifest, file: string): string {
  return `models/${repository.replace('/', '--')}/${revision}/${file}`;
}

/** The error for a bundle that is refused, with the reason. */
export function refused(why: string, cause?: unknown): SpeechError {
  return new SpeechError(
    'bundle_refused',
    `The bundle is refused: ${why}. Nothing of it was kept.`,
    'Make it again with `auscult models export` of the same version of the program.',
    { cause },
  );
}

/** Whether every file belongs to a variant, and has a name that a file of a variant can have. */
function isWholeModel({ repository, files, variants }: Manifest): boolean {
  const needed = new Set(Object.values(variants).flat());
  return (
    isRepositoryName(repository) &&
    needed.size > 0 &&
    Object.keys(files).every((file) => needed.has(file) && isModelFile(file)) &&
    [...needed].every((file) => file in files)
  );
}

function isModelFile(file: string): boolean {
  const graphs = COMPUTE_TYPES.flatMap((type) => Object.values(graphFiles(type)));
  return (
    CONFIGURATION_FILES.includes(file) ||
    graphs.some((graph) => file === graph || isExternalWeights(file, graph))
  );
}
