import { familyOf } from '../families/families.js';
import {
  findPreparedGraphs,
  preferredWeightFormat,
  type PreparedGraphFiles,
  type WeightFormat,
} from '../models/prepared-graphs.js';
import type { ResolvedModel } from '../models/resolve-model.js';
import { SpeechError } from '../speech-error.js';
import { askProcess } from './ask-process.js';

/** The request to the preparing process. */
export interface PreparationRequest {
  readonly model: ResolvedModel;
  readonly weights: WeightFormat;
  readonly cacheDirectory: string;
}

/** Its answer. */
export type FromPreparation =
  | { readonly type: 'prepared' }
  | { readonly type: 'failed'; readonly message: string; readonly code: string | undefined };

/**
 * The prepared graphs of a model: from the cache, or made now in a separate process. Throws `cache_not_writable`,
 * `model_corrupt` or `out_of_memory`.
 */
export async function prepareModel(
  model: ResolvedModel,
  cacheDirectory: string,
  device: 'cpu' | 'cuda',
  onPreparing: () => void,
): Promise<PreparedGraphFiles> {
  // The CUDA provider has no integer products; they would run on the CPU.
  const weights = device === 'cuda' ? 'float' : preferredWeightFormat();
  const cached = await findPreparedGraphs(cacheDirectory, model.fingerprint, weights);
  if (cached) return cached;
  onPreparing();
  const outcome = await runPreparation({ model, weights, cacheDirectory });
  if (outcome.type === 'failed') throw preparationFailed(model, cacheDirectory, outcome);
  const prepared = await findPreparedGraphs(cacheDirectory, model.fingerprint, weights);
  if (!prepared) throw notWritable(cacheDirectory);
  return prepared;
}

function runPreparation(request: PreparationRequest): Promise<FromPreparation> {
  const ended: FromPreparation = { type: 'failed', message: 'the preparing process ended', code: 'ENDED' };
  return askProcess(new URL('./prepare-main.js', import.meta.url), request, ended, 'inherit');
}

function preparationFailed(
  model: ResolvedModel,
  cacheDirectory: string,
  { message, code }: FromPreparation & { type: 'failed' },
): SpeechError {
  switch (code) {
    case 'ENDED':
      return new SpeechError(
        'out_of_memory',
        `Preparing ${model.name} was ended by the system.`,
        'Free 1 GB of memory; preparation runs once.',
      );
    case 'EACCES':
    case 'EROFS':
    case 'EPERM':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ENOENT':
    case 'ENOSPC':
      return notWritable(cacheDirectory, code === 'ENOSPC' ? 'is full' : 'cannot be written to');
    default:
      return new SpeechError(
        'model_corrupt',
        `The files of ${model.name} are not a ${familyOf(model).title} model that can be prepared: ${message}.`,
        'Use the published files, see `auscult models list`.',
      );
  }
}

function notWritable(cacheDirectory: string, problem = 'cannot be written to'): SpeechError {
  return new SpeechError(
    'cache_not_writable',
    `The cache folder '${cacheDirectory}' ${problem}.`,
    'Choose another with --cache-directory or AUSCULT_CACHE_DIRECTORY; about 200 MB are needed.',
  );
}
