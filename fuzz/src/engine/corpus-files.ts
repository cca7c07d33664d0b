import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CORPUS = fileURLToPath(new URL('../../corpus/', import.meta.url));
const FINDINGS = fileURLToPath(new URL('../../findings/', import.meta.url));

/** The inputs of a target that are kept in the repository, the shortest first. */
export function readCorpus(target: string): readonly Buffer[] {
  const folder = join(CORPUS, target);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name)))
    .sort((a, b) => a.length - b.length);
}

/** Begins the names of inputs that once broke something. Such inputs are kept even if they reach nothing new. */
const FOUND = 'found-';

/** The most bytes of a corpus: it is stored in the repository, and each test run reads all of it. */
const MOST_BYTES = 16_384;

/** Replaces the corpus of a target by as many of the first `inputs` as fit. Inputs that once broke something stay. */
export function writeCorpus(target: string, inputs: readonly Buffer[]): void {
  const folder = join(CORPUS, target);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (!name.startsWith(FOUND)) rmSync(join(folder, name));
  let left = MOST_BYTES;
  for (const input of inputs) {
    left -= input.length;
    if (left < 0) return;
    writeFileSync(join(folder, nameOf(input)), input);
  }
}

/** Writes an input that broke something; returns the path. */
export function writeFinding(target: string, input: Buffer): string {
  mkdirSync(FINDINGS, { recursive: true });
  const path = join(FINDINGS, `${target}-${nameOf(input)}`);
  writeFileSync(path, input);
  return path;
}

function nameOf(input: Buffer): string {
  return createHash('sha256').update(input).digest('hex').slice(0, 12);
}
