import { expect, test } from 'vitest';
import { requireMemory } from '../src/memory.js';

test('refuses more inference processes than fit into memory, and reports how many do', () => {
  expect(() => {
    requireMemory({ workers: 8 }, 2e9);
  }).toThrow(/8 inference processes need 3.8 GB of memory, and there are 2.0 GB/);
  expect(remedyOf(8, 2e9)).toBe('Set --workers 4 or less.');
  expect(remedyOf(1, 0.3e9)).toContain('more memory');
});

test('accepts as many as fit', () => {
  requireMemory({ workers: 4 }, 2e9);
});

function remedyOf(workers: number, limit: number): unknown {
  try {
    requireMemory({ workers }, limit);
  } catch (error) {
    return error instanceof Error && 'remedy' in error ? error.remedy : error;
  }
  throw new Error('nothing was refused');
}
