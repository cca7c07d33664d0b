import { readFileSync, writeFileSync } from 'node:fs';

/** Recognised text by clip id. */
export type Hypotheses = ReadonlyMap<string, string>;

/** Reads one `{"id": …, "text": …}` a line. */
export function readHypotheses(path: string): Hypotheses {
  const lines = readFileSync(path, 'utf8').split('\n');
  return new Map(
    lines.flatMap((line, index) => {
      if (line.trim() === '') return [];
      const { id, text } = JSON.parse(line) as { id?: unknown; text?: unknown };
      if (typeof id !== 'string' || typeof text !== 'string') {
        throw new Error(`${path}:${String(index + 1)}: "id" and "text" must be strings.`);
      }
      return [[id, text] as const];
    }),
  );
}

/** Writes what `readHypotheses` reads, so that another scorer can check the figures. */
export function writeHypotheses(path: string, hypotheses: Hypotheses): void {
  writeFileSync(path, [...hypotheses].map(([id, text]) => `${JSON.stringify({ id, text })}\n`).join(''));
}
