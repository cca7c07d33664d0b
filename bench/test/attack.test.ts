import { describe, expect, it } from 'vitest';
import { bombFiles } from '../src/attacks/bombs.js';
import { frame, opcodes } from '../src/attacks/raw-frames.js';

describe('attack', () => {
  it('makes bombs that are small where they decode to hours', () => {
    const sizes = Object.entries(bombFiles).map(([name, make]) => [name, make().length] as const);
    expect(Object.fromEntries(sizes)).toMatchObject({ 'bomb.flac': 143_366, 'bomb.webm': 5_000 });
    expect(frame(opcodes.text, Buffer.from('a')).toString('hex')).toBe('81810000000061');
  });
});
