import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openGraph } from '../decoding/open-graph.js';
import { ElementType, node, valueInfo } from '../models/graph-surgery.js';
import { encodeOnnxModel } from '../models/onnx-model.js';
import type { FromProbe } from './probe-device.js';

// The entry of a process that tries to run a graph on the GPU: a missing library may end the process.

process.on('message', () => {
  probe().then(
    () => {
      answer({ usable: true });
    },
    (error: unknown) => {
      answer({ usable: false, reason: error instanceof Error ? error.message : 'unknown' });
    },
  );
});

async function probe(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'auscult-'));
  try {
    const file = path.join(folder, 'probe.onnx');
    const value = (name: string) => valueInfo(name, ElementType.float32, [1]);
    const graph = {
      name: 'probe',
      node: [node('Abs', ['in'], ['out'])],
      initializer: [],
      input: [value('in')],
      output: [value('out')],
    };
    const model = { irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph };
    await writeFile(file, encodeOnnxModel(model));
    await openGraph(file, 'cuda');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function answer(message: FromProbe): void {
  process.send?.(message, () => {
    process.disconnect();
  });
}
