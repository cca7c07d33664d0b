import path from 'node:path';
import { SpeechError } from '../speech-error.js';
import { chooseModel } from './choose-model.js';
import { COMPUTE_TYPES, type ComputeType } from './compute-type.js';
import { resolveModel } from './resolve-model.js';
import { findInstalled } from './store/find-installed.js';
import type { ModelStoreOptions } from './store/model-store.js';

/**
 * Reads every file of a model and compares it with what was pinned or first fetched. For a model in the store, these
 * are the files of all installed variants, unless one is named. Nothing is fetched. Returns the variants that are
 * intact. Throws `model_missing` or `model_corrupt` with the file's name, or `unknown_model`.
 */
export async function verifyModel(
  model: string,
  options: {
    readonly computeType?: ComputeType | undefined;
    readonly store?: Pick<ModelStoreOptions, 'directory'>;
  } = {},
): Promise<readonly ComputeType[]> {
  const { computeType, store } = options;
  const chosen = chooseModel(model);
  if (chosen.kind !== 'stored') {
    const resolved = await resolveModel(model, { computeType: computeType ?? 'int8' });
    return [resolved.computeType];
  }
  if (!store) throw notFetched(chosen.model.name, undefined);
  const whole: ComputeType[] = [];
  for (const type of computeType === undefined ? COMPUTE_TYPES : [computeType]) {
    const found = await findInstalled(chosen.model, type, store, { thorough: true });
    if (found.state === 'damaged')
      throw altered(chosen.model.name, type, path.join(found.folder, found.files[0] ?? ''));
    if (found.state === 'installed') whole.push(type);
  }
  if (whole.length === 0) throw notFetched(chosen.model.name, computeType);
  return whole;
}

function notFetched(name: string, computeType: ComputeType | undefined): SpeechError {
  const type = computeType === undefined ? '' : ` in ${computeType}`;
  const flag = computeType === undefined ? '' : ` --compute-type ${computeType}`;
  return new SpeechError(
    'model_missing',
    `${name} has not been fetched${type}.`,
    `Run \`auscult models pull ${name}${flag}\`, or import it with \`auscult models import\`.`,
  );
}

function altered(name: string, computeType: ComputeType, file: string): SpeechError {
  return new SpeechError(
    'model_corrupt',
    `The file '${file}' of ${name} is not what it was when it was fetched: it is cut off, altered or gone.`,
    `Run \`auscult models pull ${name} --compute-type ${computeType}\`, which replaces it.`,
  );
}
