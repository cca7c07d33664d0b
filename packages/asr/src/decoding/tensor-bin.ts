import type { Tensor } from '@auscult/onnxruntime';

/** A tensor, or values of one that were copied into memory of their own. */
export type Values = Pick<Tensor, 'data'>;

/** Takes tensors that nobody will read again. */
export type Discard = (tensors: Iterable<Values>) => void;

/** Frees the memory of tensors at once, where the garbage collector would let it grow until the heap is full. */
export interface TensorBin {
  /** Takes tensors that nobody will read again, except for a run that is on its way. */
  readonly discard: Discard;
  /** Frees what was taken. No run of a graph may be on its way. */
  readonly empty: () => void;
}

/** Makes an empty bin. */
export function createTensorBin(): TensorBin {
  const free = bufferSink();
  let taken = new Set<ArrayBuffer>();
  return {
    discard(tensors) {
      for (const tensor of tensors) {
        const { buffer } = tensor.data as Float32Array;
        if (buffer instanceof ArrayBuffer && buffer.byteLength > 0) taken.add(buffer);
      }
    },
    empty() {
      if (taken.size === 0) return;
      free([...taken]);
      taken = new Set();
    },
  };
}

/** Frees buffers by transferring them to a port that nobody listens at; `ArrayBuffer.transfer` needs Node 22. */
function bufferSink(): (buffers: ArrayBuffer[]) => void {
  const { port1, port2 } = new MessageChannel();
  port1.close();
  return (buffers) => {
    port2.postMessage(undefined, buffers);
  };
}
