import { GRAPH_SUFFIX, type ComputeType } from './compute-type.js';

/** The files that a model needs besides its graphs; `config.json` first, since it tells what kind of model it is. */
export const CONFIGURATION_FILES: readonly string[] = [
  'config.json',
  'generation_config.json',
  'preprocessor_config.json',
  'tokenizer.json',
];

/** The two graphs of a variant. */
export function graphFiles(computeType: ComputeType): { readonly encoder: string; readonly decoder: string } {
  const suffix = GRAPH_SUFFIX[computeType];
  return {
    encoder: `onnx/encoder_model${suffix}.onnx`,
    decoder: `onnx/decoder_model_merged${suffix}.onnx`,
  };
}

/** Whether `file` holds weights of `graph` that did not fit into it. */
export function isExternalWeights(file: string, graph: string): boolean {
  return file.startsWith(`${graph}_data`) && /^(_\d+)?$/.test(file.slice(`${graph}_data`.length));
}
