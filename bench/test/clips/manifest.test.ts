import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifest } from '../../src/clips/manifest.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manifest-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function manifest(...rows: unknown[]): string {
  const path = join(folder, 'manifest.jsonl');
  writeFileSync(path, rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'));
  return path;
}

const row = (id: string, kind: string, duration = 3) => ({
  id,
  path: `${id}.flac`,
  kind,
  text: 'hello',
  duration_s: duration,
});

describe('readManifest', () => {
  it('finds the audio beside the manifest', () => {
    expect(readManifest(manifest(row('a/1', 'read')))).toEqual([
      {
        id: 'a/1',
        file: join(folder, 'a/1.flac'),
        kind: 'read',
        text: 'hello',
        durationSeconds: 3,
        terms: [],
      },
    ]);
  });

  it('spreads a limit over the kinds and keeps the order', () => {
    const path = manifest(
      row('r1', 'read'),
      row('r2', 'read'),
      row('r3', 'read'),
      row('m1', 'medical'),
      row('n1', 'noise'),
    );
    expect(readManifest(path, { limit: 4 }).map(({ id }) => id)).toEqual(['r1', 'r2', 'm1', 'n1']);
    expect(readManifest(path, { limit: 9 })).toHaveLength(5);
  });

  it('chooses by kind, length, id and speech', () => {
    const path = manifest(row('r1', 'read'), row('r2', 'read', 90), row('n1', 'noise'));
    const ids = (filter: Parameters<typeof readManifest>[1]) =>
      readManifest(path, filter).map(({ id }) => id);
    expect(ids({ kinds: ['noise', 'read'], maxSeconds: 60 })).toEqual(['r1', 'n1']);
    expect(ids({ withSpeech: true })).toEqual(['r1', 'r2']);
    expect(ids({ ids: ['2', 'n'] })).toEqual(['r2', 'n1']);
  });

  it('reports the line and field of invalid entries, and the kinds when no clip is left', () => {
    expect(() => readManifest(manifest(row('a', 'read'), '{"id": 3'))).toThrow(
      /manifest\.jsonl:2: not a JSON object/,
    );
    expect(() => readManifest(manifest({ ...row('a', 'read'), duration_s: '3' }))).toThrow(
      /:1: "duration_s"/,
    );
    expect(() => readManifest(manifest({ ...row('a', 'read'), terms: [1] }))).toThrow(/:1: "terms"/);
    expect(() => readManifest(manifest(row('a', 'read')), { kinds: ['medical'] })).toThrow(
      /kinds in it are: read/,
    );
  });
});
