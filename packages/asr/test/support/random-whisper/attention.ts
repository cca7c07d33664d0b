import { int } from '../../../src/models/graph-surgery.js';
import { permutation, type Module } from './graph-builder.js';
import { linear } from './layers.js';

/** The shape of all attention in a model. */
export interface AttentionShape {
  readonly heads: number;
  readonly headSize: number;
}

/** Keys and values by head, [rows, heads, frames, head size]. */
export interface KeysAndValues {
  readonly key: string;
  readonly value: string;
}

/** Attention of a sequence [rows, length, width] to itself, all of it seen: [rows, length, width]. */
export function selfAttention(self: Module, input: string, shape: AttentionShape): string {
  const query = beginQuery(self, input, shape);
  const { key, value } = project(self, input, query, shape);
  const values = self.op('Transpose', [value], permutation(0, 2, 1, 3));
  const turned = self.op('Transpose', [key], permutation(0, 2, 3, 1));
  const scores = product(self, query.heads, turned);
  return finish(self, self.op('Softmax', [scores], [int('axis', -1)]), values, query, shape);
}

/**
 * Attention of a sequence to itself and to what came before: of which `past` has the keys and values, and `visible`
 * [rows, 1, length, all] says what each may see. The keys and values of all get the names of `present`.
 */
export function cachedSelfAttention(
  self: Module,
  input: string,
  shape: AttentionShape,
  past: KeysAndValues | undefined,
  present: KeysAndValues,
  visible: string,
): string {
  const query = beginQuery(self, input, shape);
  const { key, value } = project(self, input, query, shape);
  const fresh = past ? undefined : present;
  const freshKey = self.op('Transpose', [key], permutation(0, 2, 1, 3), fresh?.key);
  const freshValue = self.op('Transpose', [value], permutation(0, 2, 1, 3), fresh?.value);
  if (past) {
    self.op('Concat', [past.key, freshKey], [int('axis', -2)], present.key);
    self.op('Concat', [past.value, freshValue], [int('axis', -2)], present.value);
  }
  const all = self.sizeOf(present.key, 2);
  const [axis, from] = [self.integer([3]), self.integer([0])];
  const to = self.op('Unsqueeze', [all, self.integer([0])]);
  const seen = self.op('Slice', [visible, from, to, axis, self.integer([1])]);
  const turned = past
    ? self.op('Transpose', [present.key], permutation(0, 1, 3, 2))
    : self.op('Transpose', [key], permutation(0, 2, 3, 1));
  const scores = product(self, query.heads, turned);
  const mask = self.op('Where', [seen, self.float([0]), self.float([-Infinity])]);
  const attention = self.op('Softmax', [self.op('Add', [scores, mask])], [int('axis', -1)]);
  const undefinedThere = self.op('IsNaN', [attention]);
  const known = self.op('Where', [undefinedThere, self.float([0]), attention]);
  return finish(self, known, present.value, query, shape);
}

/** Attention of a sequence to the frames of the encoder [rows, frames, width], which are projected here. */
export function projectedCrossAttention(
  self: Module,
  input: string,
  frames: string,
  shape: AttentionShape,
  present: KeysAndValues,
): string {
  const query = beginQuery(self, input, shape);
  const { key, value } = project(self, frames, query, shape);
  self.op('Transpose', [key], permutation(0, 2, 1, 3), present.key);
  self.op('Transpose', [value], permutation(0, 2, 1, 3), present.value);
  const turned = self.op('Transpose', [key], permutation(0, 2, 3, 1));
  const scores = product(self, query.heads, turned);
  return finish(self, self.op('Softmax', [scores], [int('axis', -1)]), present.value, query, shape);
}

/** Attention of a sequence to the frames of the encoder, of which the keys and values are known. */
export function cachedCrossAttention(
  self: Module,
  input: string,
  shape: AttentionShape,
  past: KeysAndValues,
): string {
  const query = beginQuery(self, input, shape);
  const turned = self.op('Transpose', [past.key], permutation(0, 1, 3, 2));
  const scores = product(self, query.heads, turned);
  return finish(self, self.op('Softmax', [scores], [int('axis', -1)]), past.value, query, shape);
}

/** A query by head, [rows, heads, length, head size], and its sizes. */
interface Query {
  readonly heads: string;
  readonly rows: string;
  readonly length: string;
}

function beginQuery(self: Module, input: string, { heads, headSize }: AttentionShape): Query {
  const width = heads * headSize;
  const rows = self.sizeOf(input, 0);
  const length = self.sizeOf(input, 1);
  const projected = linear(self.module('q_proj'), input, width, width, { gain: GAIN });
  const scaled = self.op('Mul', [projected, self.float(headSize ** -0.5)]);
  const sizes = [self.vectorOf(rows), self.vectorOf(length), self.integer([-1]), self.integer([headSize])];
  const split = self.op('Reshape', [scaled, self.op('Concat', sizes, [int('axis', 0)])], REFUSE_ZERO);
  return { heads: self.op('Transpose', [split], permutation(0, 2, 1, 3)), rows, length };
}

/** The keys and values of `source`, [rows, length, heads, head size]. */
function project(self: Module, source: string, { rows }: Query, shape: AttentionShape): KeysAndValues {
  const width = shape.heads * shape.headSize;
  const key = linear(self.module('k_proj'), source, width, width, { bias: false, gain: GAIN });
  const keySizes = splitSizes(self, rows, shape);
  const value = linear(self.module('v_proj'), source, width, width);
  const valueSizes = splitSizes(self, rows, shape);
  return {
    key: self.op('Reshape', [key, keySizes], REFUSE_ZERO),
    value: self.op('Reshape', [value, valueSizes], REFUSE_ZERO),
  };
}

function splitSizes(self: Module, rows: string, { heads, headSize }: AttentionShape): string {
  const sizes = [self.vectorOf(rows), self.integer([-1]), self.integer([heads]), self.integer([headSize])];
  return self.op('Concat', sizes, [int('axis', 0)]);
}

/** The exporter scales both factors, here by one: queries were scaled before. */
function product(self: Module, queries: string, keys: string): string {
  const left = self.op('Mul', [queries, self.float(1)]);
  const right = self.op('Mul', [keys, self.float(1)]);
  return self.op('MatMul', [left, right]);
}

/** Values by their attention, heads side by side again, and projected. */
function finish(
  self: Module,
  attention: string,
  values: string,
  { rows, length }: Query,
  { heads, headSize }: AttentionShape,
): string {
  const width = heads * headSize;
  const mixed = self.op('MatMul', [attention, values]);
  const turned = self.op('Transpose', [mixed], permutation(0, 2, 1, 3));
  const sizes = [self.vectorOf(rows), self.vectorOf(length), self.integer([-1])];
  const joined = self.op('Reshape', [turned, self.op('Concat', sizes, [int('axis', 0)])], REFUSE_ZERO);
  return linear(self.module('out_proj'), joined, width, width);
}

/** Gain of queries and keys, so that attention picks out some of 1,500 frames; with a gain of 1 it would mix them all. */
const GAIN = 2;

const REFUSE_ZERO = [int('allowzero', 0)];
