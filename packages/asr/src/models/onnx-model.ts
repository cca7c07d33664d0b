import protobuf from 'protobufjs';

/** A dimension or integer attribute: protobuf's 64-bit integers arrive as Long objects, and may be given as numbers. */
type Int64 = number | { toNumber(): number };

/** A constant tensor of a graph: `dims` and little-endian `rawData` in row-major order. */
export interface OnnxTensor {
  name: string;
  dims: Int64[];
  /** ONNX element type: 1 float32, 2 uint8, 3 int8, 6 int32, 7 int64, 10 float16. */
  dataType: number;
  rawData: Uint8Array;
  /** May hold small integer constants instead. */
  int32Data?: number[];
  /** May hold int64 constants instead. */
  int64Data?: Int64[];
  /** May hold single-precision constants instead. */
  floatData?: number[];
  /** 1: the values are in another file, see `externalData`: `location`, `offset` and `length` in bytes. */
  dataLocation?: number;
  externalData?: { key: string; value: string }[];
}

export interface OnnxAttribute {
  name: string;
  /** 1 float, 2 int, 3 string, 4 tensor, 5 graph, 7 ints. */
  type: number;
  f?: number;
  i?: Int64;
  ints?: Int64[];
  t?: OnnxTensor;
  g?: OnnxGraph;
}

export interface OnnxNode {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  attribute: OnnxAttribute[];
  /** The operator set; the default one if left out. */
  domain?: string;
}

/** A named, typed graph input or output. */
export interface OnnxValueInfo {
  name: string;
  type?: {
    tensorType: { elemType: number; shape: { dim: { dimValue?: Int64; dimParam?: string }[] } };
  };
}

export interface OnnxGraph {
  name: string;
  node: OnnxNode[];
  initializer: OnnxTensor[];
  input: OnnxValueInfo[];
  output: OnnxValueInfo[];
}

export interface OnnxModel {
  irVersion: Int64;
  opsetImport: { domain: string; version: Int64 }[];
  graph: OnnxGraph;
}

/**
 * Reads an ONNX file. Tensors share memory with `bytes`. Fields that graph preparation does not need (documentation,
 * shape hints of inner values, training) are dropped. Throws if the bytes are not an ONNX model.
 */
export function decodeOnnxModel(bytes: Uint8Array): OnnxModel {
  const model = schema.decode(bytes) as unknown as Partial<OnnxModel>;
  if (!model.graph || !model.irVersion || !model.opsetImport) throw new Error('not an ONNX model');
  return model as OnnxModel;
}

/** Writes an ONNX file. */
export function encodeOnnxModel(model: OnnxModel): Uint8Array {
  return schema.encode(model).finish();
}

type Field = readonly [type: string, id: number, rule?: 'repeated'];

/**
 * The messages and field numbers of onnx.proto (https://github.com/onnx/onnx, Apache-2.0) that inference
 * models use.
 */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  ModelProto: {
    irVersion: ['int64', 1],
    producerName: ['string', 2],
    graph: ['GraphProto', 7],
    opsetImport: ['OperatorSetIdProto', 8, 'repeated'],
  },
  OperatorSetIdProto: { domain: ['string', 1], version: ['int64', 2] },
  GraphProto: {
    node: ['NodeProto', 1, 'repeated'],
    name: ['string', 2],
    initializer: ['TensorProto', 5, 'repeated'],
    input: ['ValueInfoProto', 11, 'repeated'],
    output: ['ValueInfoProto', 12, 'repeated'],
  },
  NodeProto: {
    input: ['string', 1, 'repeated'],
    output: ['string', 2, 'repeated'],
    name: ['string', 3],
    opType: ['string', 4],
    attribute: ['AttributeProto', 5, 'repeated'],
    domain: ['string', 7],
  },
  AttributeProto: {
    name: ['string', 1],
    f: ['float', 2],
    i: ['int64', 3],
    s: ['bytes', 4],
    t: ['TensorProto', 5],
    g: ['GraphProto', 6],
    floats: ['float', 7, 'repeated'],
    ints: ['int64', 8, 'repeated'],
    strings: ['bytes', 9, 'repeated'],
    type: ['int32', 20],
  },
  TensorProto: {
    dims: ['int64', 1, 'repeated'],
    dataType: ['int32', 2],
    floatData: ['float', 4, 'repeated'],
    int32Data: ['int32', 5, 'repeated'],
    stringData: ['bytes', 6, 'repeated'],
    int64Data: ['int64', 7, 'repeated'],
    name: ['string', 8],
    rawData: ['bytes', 9],
    doubleData: ['double', 10, 'repeated'],
    uint64Data: ['uint64', 11, 'repeated'],
    externalData: ['StringStringEntryProto', 13, 'repeated'],
    dataLocation: ['int32', 14],
  },
  StringStringEntryProto: { key: ['string', 1], value: ['string', 2] },
  ValueInfoProto: { name: ['string', 1], type: ['TypeProto', 2] },
  TypeProto: { tensorType: ['TensorTypeProto', 1] },
  TensorTypeProto: { elemType: ['int32', 1], shape: ['TensorShapeProto', 2] },
  TensorShapeProto: { dim: ['DimensionProto', 1, 'repeated'] },
  DimensionProto: { dimValue: ['int64', 1], dimParam: ['string', 2] },
};

const schema = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(MESSAGES).map(([message, fields]) => [
      message,
      {
        fields: Object.fromEntries(
          Object.entries(fields).map(([field, [type, id, rule]]) => [
            field,
            rule ? { type, id, rule } : { type, id },
          ]),
        ),
      },
    ]),
  ),
}).lookupType('ModelProto');
