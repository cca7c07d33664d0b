import { storedTitles } from '../../families/families.js';
import { SpeechError } from '../../speech-error.js';
import type { StoredModel } from '../stored-model.js';
import { COMPUTE_TYPES, type ComputeType } from '../compute-type.js';
import { CONFIGURATION_FILES, graphFiles, isExternalWeights } from '../onnx-community-layout.js';

/** A file as a hub has it. */
export interface RemoteFile {
  /** Its path in the repository. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hexadecimal; unknown for small files that are not pinned. */
  readonly sha256: string | undefined;
}

/** The files of a variant, if the size and hash of each are pinned, so that the hub need not be asked. */
export function filesFromPins(
  { pins }: StoredModel,
  computeType: ComputeType,
): readonly RemoteFile[] | undefined {
  const paths = pathsOf(computeType, Object.keys(pins.files));
  const known = paths.flatMap((path) => {
    const { bytes, sha256 } = pins.files[path] ?? {};
    return bytes === undefined || sha256 === undefined ? [] : [{ path, bytes, sha256 }];
  });
  return known.length === paths.length ? known : undefined;
}

/**
 * The files of a variant, from a hub's list of the files of a repository. Pins take precedence over the list. Throws
 * `unsupported_compute_type` with the types that there are, or `unknown_model` if there is none.
 */
export function filesFromListing(
  model: StoredModel,
  computeType: ComputeType,
  listing: readonly RemoteFile[],
): readonly RemoteFile[] {
  const listed = new Map(listing.map((file) => [file.path, file]));
  const paths = pathsOf(computeType, [...listed.keys()]);
  const found = paths.flatMap((path) => listed.get(path) ?? []);
  if (found.length < paths.length) throw notPublished(model, computeType, new Set(listed.keys()));
  return found.map((file) => ({ ...file, ...model.pins.files[file.path] }));
}

function pathsOf(computeType: ComputeType, available: readonly string[]): readonly string[] {
  const { encoder, decoder } = graphFiles(computeType);
  const weights = available.filter(
    (file) => isExternalWeights(file, encoder) || isExternalWeights(file, decoder),
  );
  return [...CONFIGURATION_FILES, encoder, decoder, ...weights];
}

function notPublished(
  { name, repository }: StoredModel,
  computeType: ComputeType,
  available: ReadonlySet<string>,
): SpeechError {
  const missing = CONFIGURATION_FILES.filter((file) => !available.has(file));
  const types = COMPUTE_TYPES.filter((type) =>
    Object.values(graphFiles(type)).every((graph) => available.has(graph)),
  );
  if (missing.length > 0 || types.length === 0) {
    return new SpeechError(
      'unknown_model',
      `The repository ${repository} holds no ${storedTitles()} model in the onnx-community layout: ${missing[0] ?? graphFiles('int8').encoder} is not there.`,
      'Choose a name from `auscult models list`.',
    );
  }
  return new SpeechError(
    'unsupported_compute_type',
    `${name} is not published in ${computeType}.`,
    `Set compute type to ${types.join(' or ')}.`,
  );
}
