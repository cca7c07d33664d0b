import { ElementType } from '../../../src/models/graph-surgery.js';
import type { OnnxTensor } from '../../../src/models/onnx-model.js';

/** Weights of a model as they are published. */
export type Precision = 'int8' | 'float16' | 'float32';

/** Normally distributed values, the same for the same name on every machine: Box and Muller 1958 on mulberry32. */
export function randomValues(name: string, count: number, deviation: number): Float32Array {
  let state = seedOf(name);
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Float32Array.from(
    { length: count },
    () => deviation * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

/** A float constant, in half precision where that is asked for. */
export function floatTensor(
  name: string,
  dims: readonly number[],
  values: Float32Array,
  precision: Precision,
): OnnxTensor {
  const half = precision === 'float16';
  return {
    name,
    dims: [...dims],
    dataType: half ? ElementType.float16 : ElementType.float32,
    rawData: new Uint8Array((half ? Uint16Array.from(values, toHalf) : Float32Array.from(values)).buffer),
  };
}

/** Values as integers that stand for (value - zero point) · scale: `_quantized`, `_scale` and `_zero_point`. */
export function quantisedTensors(
  name: string,
  dims: readonly number[],
  values: Float32Array,
  kind: 'uint8' | 'int8',
): OnnxTensor[] {
  const { lowest, highest } = rangeOf(values);
  const symmetric = kind === 'int8';
  const scale = symmetric ? Math.max(-lowest, highest) / 127 : (highest - lowest) / 255;
  const zeroPoint = symmetric ? 0 : Math.round(-lowest / scale);
  const dataType = ElementType[kind];
  const quantised = Uint8Array.from(values, (value) => Math.round(value / scale) + zeroPoint);
  return [
    floatTensor(`${name}_scale`, [], Float32Array.of(scale), 'float32'),
    { name: `${name}_zero_point`, dims: [], dataType, rawData: Uint8Array.of(zeroPoint) },
    { name: `${name}_quantized`, dims: [...dims], dataType, rawData: quantised },
  ];
}

function rangeOf(values: Float32Array): { readonly lowest: number; readonly highest: number } {
  let lowest = 0;
  let highest = 0;
  for (const value of values) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return { lowest, highest };
}

/** FNV-1a. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}

/** The nearest number of IEEE 754 half precision; infinities above 65,504. */
function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65_520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  // A fraction that rounds up to 2 carries into the exponent, which is what its bits then say.
  const fraction = Math.round(size * 2 ** (10 - exponent));
  return sign | (fraction < 1_024 ? fraction : fraction + ((exponent + 14) << 10));
}
