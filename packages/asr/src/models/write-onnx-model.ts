import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeOnnxModel, type OnnxModel, type OnnxTensor } from './onnx-model.js';

/** The largest file of a graph with its weights, bytes. The format allows 2 GiB; well before that, weights get their own file. */
const LARGEST_GRAPH = 2 ** 30;

/** Tensors with fewer bytes stay in the graph, where the runtime reads shapes and axes. */
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

/** Bytes of a tensor's raw values; 0 if the values are in another field. */
function bytesOf({ rawData }: { readonly rawData?: Uint8Array }): number {
  return rawData?.byteLength ?? 0;
}

/** TensorProto.DataLocation.EXTERNAL */
const EXTERNAL = 1;
