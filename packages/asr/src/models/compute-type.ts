/** The kind of numbers that a model calculates with. */
export type ComputeType = 'int8' | 'float16' | 'float32';

/** All of them, the smallest files first. */
export const COMPUTE_TYPES: readonly ComputeType[] = ['int8', 'float16', 'float32'];

/** The ending of the name of a graph's file in the onnx-community layout. */
export const GRAPH_SUFFIX: Readonly<Record<ComputeType, string>> = {
  int8: '_quantized',
  float16: '_fp16',
  float32: '',
};
