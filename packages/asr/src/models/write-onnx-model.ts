import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeOnnxModel, type OnnxModel, type OnnxTensor } from './onnx-model.js';

/** In bytes. A file of this format can have 2 GiB at most; weights go beside it well before that. */
const LARGEST_GRAPH = 2 ** 30;

/** In bytes. Smaller tensors stay in the graph, where the runtime reads shapes and axes. */
const SMALL_TENSOR = 1_024;

/**
 * Writes a model to `file`; weights of `largestGraph` bytes or more go into `file` + `.weights`, as the format
 * provides. Throws what writing throws.
 */
export async function writeOnnxModel(
  model: OnnxModel,
  file: string,
  largestGraph = LARGEST_GRAPH,
): Promise<void> {
  const bytes = model.graph.initializer.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  if (bytes < largestGraph) {
    await writeFile(file, encodeOnnxModel(model));
    return;
  }
  const initializer = await writeWeights(model.graph.initializer, `${file}.weights`);
  await writeFile(file, encodeOnnxModel({ ...model, graph: { ...model.graph, initializer } }));
}

/** Returns the tensors with their places in the file in place of their values. */
async function writeWeights(tensors: readonly OnnxTensor[], file: string): Promise<OnnxTensor[]> {
  const handle = await open(file, 'w');
  try {
    const placed: OnnxTensor[] = [];
    let offset = 0;
    for (const tensor of tensors) {
      const { rawData, ...rest } = tensor;
      if (bytesOf(tensor) < SMALL_TENSOR) {
        placed.push(tensor);
        continue;
      }
      await handle.writeFile(rawData);
      const place = { location: path.basename(file), offset, length: rawData.byteLength };
      const externalData = Object.entries(place).map(([key, value]) => ({ key, value: String(value) }));
      placed.push({ ...rest, rawData: new Uint8Array(0), dataLocation: EXTERNAL, externalData });
      offset += rawData.byteLength;
    }
    return placed;
  } finally {
    await handle.close();
  }
}

/** Undefined if the values are in another field. */
function bytesOf({ rawData }: { readonly rawData?: Uint8Array }): number {
  return rawData?.byteLength ?? 0;
}

/** TensorProto.DataLocation.EXTERNAL */
const EXTERNAL = 1;
