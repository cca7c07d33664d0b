import { getHeapStatistics } from 'node:v8';
import { Gauge, type Registry } from 'prom-client';
import { memoryLimit } from '../memory.js';

/** Adds how much memory the server process could have at most. What it has is among the metrics of Node. */
export function measureMemory(registers: Registry[]): void {
  new Gauge({
    name: 'auscult_memory_limit_bytes',
    help: 'Memory of the machine, or what a container allows if that is less.',
    registers,
    collect() {
      this.set(memoryLimit());
    },
  });
  new Gauge({
    name: 'auscult_heap_limit_bytes',
    help: 'Memory that JavaScript may use in the server process, which ends above that.',
    registers,
    collect() {
      this.set(getHeapStatistics().heap_size_limit);
    },
  });
}
