import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { removeLeftFolders, scratchFolder } from '../src/scratch.js';

test('folders of a killed run are removed, and those of running ones are kept', () => {
  const parent = mkdtempSync(join(tmpdir(), 'auscult-scratch-'));
  const own = scratchFolder();
  onTestFinished(() => {
    for (const folder of [parent, own]) rmSync(folder, { recursive: true, force: true });
  });
  const { pid: ended } = spawnSync(process.execPath, ['--version']);
  const ofOthers = [
    `auscult-fuzz-${process.pid}-aaaaaa`,
    'auscult-fuzz-bbbbbb',
    `auscult-test-${ended}-cccccc`,
  ];
  for (const name of [`auscult-fuzz-${ended}-dddddd`, ...ofOthers])
    mkdirSync(join(parent, name, 'in'), { recursive: true });
  removeLeftFolders(parent);
  expect(readdirSync(parent).sort()).toEqual([...ofOthers].sort());
  expect(existsSync(own)).toBe(true);
});
