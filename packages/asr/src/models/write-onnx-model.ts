import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeOnnxModel, type OnnxModel, type OnnxTensor } from './onnx-model.js';

/** A file of this format ends at 2 GiB; larger weights go beside it, well before that, bytes. */
const LARGEST_GRAPH = 2 ** 30;

/** Tensors so small stay in the graph, where the runtime reads shapes and axes from, bytes. */
const SMALL_TENSOR = 1_024;

/**
 * Writes a model to `file`; weights of `largestGraph` bytes and more go into `file` + `.weights`, as the format
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

/** Returns the tensors with their place in the file for values. */
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

/** Undefined where the values are in another field. */
function bytesOf({ rawData }: { readonly rawData?: Uint8Array }): number {
  return rawData?.byteLength ?? 0;
}

/** TensorProto.DataLocation.EXTERNAL */
const EXTERNAL = 1;
