import { statSync } from 'node:fs';
import { packedWeights, type Device } from '../decoding/open-graph.js';
import { familyOf } from '../families/families.js';
import type { ModelFamily, PreparedModel } from '../families/model-family.js';
import { resolveModel, type ResolvedModel } from '../models/resolve-model.js';
import { SpeechError } from '../speech-error.js';
import { prepareModel } from './prepare-model.js';
import { probeCuda, type FromProbe } from './probe-device.js';
import type { ModelDescription, RecognizerOptions } from './recognizer.js';

/** The options that say which model is loaded, and for which device. */
export type ModelOptions = Pick<
  RecognizerOptions,
  | 'model'
  | 'modelStore'
  | 'language'
  | 'device'
  | 'deviceFallback'
  | 'computeType'
  | 'cacheDirectory'
  | 'onEvent'
>;

/** Finds the model, and the device that it will run on, and prepares its graphs for that. */
export async function loadModel(options: ModelOptions): Promise<PreparedModel> {
  const model = await resolveModel(options.model, {
    computeType: options.computeType,
    store: options.modelStore,
  });
  requireLanguage(model, options.language);
  const device = await usableDevice(familyOf(model), options);
  const graphs = await prepareModel(model, options.cacheDirectory, device, () => {
    options.onEvent?.({ kind: 'preparing-graphs', model: model.name });
  });
  return { model, graphs, device };
}

/** What is told of a model. */
export function describeModel({ model, device }: PreparedModel): ModelDescription {
  const { name, family, languages, computeType } = model;
  return {
    name,
    family,
    languages,
    tasks: familyOf(model).tasksOf(languages),
    computeType,
    device,
  };
}

/** What each process of a prepared model loads, and its limits. */
export function processOptions(
  options: Pick<
    RecognizerOptions,
    'workerMemoryLimitBytes' | 'workerTimeoutSeconds' | 'lexicon' | 'lexiconContext' | 'cacheDirectory'
  >,
  model: PreparedModel,
) {
  return {
    model,
    memoryLimitBytes: options.workerMemoryLimitBytes ?? sufficientMemory(model),
    timeoutSeconds: options.workerTimeoutSeconds,
    lexicon: options.lexicon === 'medical',
    lexiconContext: options.lexiconContext ?? true,
    cacheDirectory: options.cacheDirectory,
  };
}

/**
 * Memory that a process needs, bytes. The runtime keeps weights twice: as in the file, and in the layout of its kernels.
 * Packed weights are both already.
 */
function sufficientMemory({ graphs: { encoderPath, decoderPath } }: PreparedModel): number {
  const sizes = [encoderPath, decoderPath].map(
    (file) => 2 * (sizeOf(file) + sizeOf(`${file}.weights`)) + sizeOf(packedWeights(file)),
  );
  return Math.max(2 ** 30, 2 ** 29 + sizes.reduce((sum, size) => sum + size, 0));
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The device that was asked for; or the CPU, if that device cannot be used and the CPU is allowed. */
async function usableDevice(
  { unfitDevices }: ModelFamily,
  { device, deviceFallback = false, onEvent }: ModelOptions,
): Promise<Device> {
  if (device === 'cpu') return 'cpu';
  const unfit = unfitDevices[device];
  const probe: FromProbe = unfit === undefined ? await probeCuda() : { usable: false, reason: unfit };
  if (probe.usable) return device;
  if (deviceFallback) {
    onEvent?.({ kind: 'device-fallback', reason: probe.reason });
    return 'cpu';
  }
  throw new SpeechError(
    'unsupported_device',
    `The device cuda cannot be used: ${probe.reason}.`,
    'See docs/operations.md for what it needs, set device to cpu, or allow the CPU instead with device fallback.',
  );
}

/** Throws `unsupported_language` if a model does not recognise a language. */
export function requireLanguage(
  { name, languages }: Pick<ResolvedModel, 'name' | 'languages'>,
  language: string,
): void {
  if (language === 'auto' && languages.length > 1) return;
  if (languages.includes(language) || languages.includes(language.split('-')[0] ?? '')) return;
  throw new SpeechError(
    'unsupported_language',
    `${name} recognises ${languages.join(', ')}, not '${language}'.`,
    `Set language to ${languages.includes('en') ? 'en' : (languages[0] ?? 'en')}.`,
  );
}
