/** How a test wants its WAVE file. Sizes are right unless given. */
export interface WaveFile {
  readonly tag: number;
  readonly bits: number;
  readonly sampleRate: number;
  /** One array a channel. */
  readonly channels: readonly Float32Array[];
  /** Wrap the format in WAVE_FORMAT_EXTENSIBLE. */
  readonly extensible?: boolean;
  readonly riff?: 'RIFF' | 'RF64';
  /** What to write in place of the data's size. */
  readonly dataSize?: number;
  /** Chunks between format and data, and after the data. */
  readonly before?: readonly Buffer[];
  readonly after?: readonly Buffer[];
}

/** A WAVE file byte by byte, so that the reader is not tested against a writer that shares its mistakes. */
export function writeWave(file: WaveFile): Buffer {
  const data = interleave(file);
  const chunks = [
    ...(file.riff === 'RF64' ? [chunk('ds64', longSizes(data.length))] : []),
    chunk('fmt ', format(file)),
    ...(file.before ?? []),
    chunk('data', data, file.dataSize),
    ...(file.after ?? []),
  ];
  const body = Buffer.concat([Buffer.from('WAVE', 'latin1'), ...chunks]);
  return chunk(file.riff ?? 'RIFF', body, file.riff === 'RF64' ? 0xffffffff : undefined);
}

/** A RIFF chunk with its padding byte. */
export function chunk(name: string, body: Buffer, size = body.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(size, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

function format({ tag, bits, sampleRate, channels, extensible }: WaveFile): Buffer {
  const body = Buffer.alloc(extensible === true ? 40 : 16);
  const frameBytes = (bits / 8) * channels.length;
  body.writeUInt16LE(extensible === true ? 0xfffe : tag, 0);
  body.writeUInt16LE(channels.length, 2);
  body.writeUInt32LE(sampleRate, 4);
  body.writeUInt32LE(sampleRate * frameBytes, 8);
  body.writeUInt16LE(frameBytes, 12);
  body.writeUInt16LE(bits, 14);
  if (extensible === true) {
    body.writeUInt16LE(22, 16);
    body.writeUInt16LE(bits, 18);
    body.writeUInt16LE(tag, 24);
    Buffer.from('000000001000800000aa00389b71', 'hex').copy(body, 26);
  }
  return body;
}

function longSizes(dataBytes: number): Buffer {
  const body = Buffer.alloc(28);
  body.writeBigUInt64LE(BigInt(dataBytes), 8);
  return body;
}

function interleave({ tag, bits, channels }: WaveFile): Buffer {
  const frames = channels[0]?.length ?? 0;
  const bytes = bits / 8;
  const data = Buffer.alloc(frames * channels.length * bytes);
  for (let frame = 0; frame < frames; frame++) {
    for (const [channel, samples] of channels.entries()) {
      const sample = samples[frame] ?? 0;
      const at = (frame * channels.length + channel) * bytes;
      if (tag === 3 && bits === 32) data.writeFloatLE(sample, at);
      else if (tag === 3) data.writeDoubleLE(sample, at);
      else if (bits === 8) data.writeUInt8(Math.min(255, Math.round(sample * 128) + 128), at);
      else data.writeIntLE(Math.min(2 ** (bits - 1) - 1, Math.round(sample * 2 ** (bits - 1))), at, bytes);
    }
  }
  return data;
}
