import { describe, expect, it } from 'vitest';
import { waveHeader } from '../../src/audio/containers/wave-header.js';
import { encodePcm } from '../../src/audio/pcm.js';
import { writeWave } from './wave-file.js';

const samples = Float32Array.of(0, 0.5, -0.25, 1, -1);
const expected = { tag: 1, bits: 16, sampleRate: 16_000, channels: [samples] };

describe('The header of a WAVE file', () => {
  it('is written for PCM', () => {
    const pcm = encodePcm(samples);
    expect(Buffer.concat([waveHeader(pcm.length), pcm])).toEqual(writeWave(expected));
  });

  it('marks an unknown length as unknown', () => {
    const sizes = Buffer.from(waveHeader());
    expect([sizes.readUInt32LE(4), sizes.readUInt32LE(40)]).toEqual([0xff_ff_ff_ff, 0xff_ff_ff_ff]);
  });
});
