import { readFile } from 'node:fs/promises';
import { decodeOnnxModel, type OnnxModel } from './onnx-model.js';

/** Reads a model from its file. Throws an error that names the file if it holds no whole model. */
export async function readOnnxModel(file: string): Promise<OnnxModel> {
  try {
    return decodeOnnxModel(await readFile(file));
  } catch (cause) {
    throw new Error(`'${file}' is cut off or not an ONNX file`, { cause });
  }
}
