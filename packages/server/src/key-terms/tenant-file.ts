import { constants } from 'node:fs';
import { access, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { KeyTerm } from '@auscult/asr/key-terms';
import { syncFolder } from '../storage/durable-files.js';

/** Puts a term into the text of a file, in place of the line that has it, or at the end. All other lines stay as they are. */
export function withTerm(content: string, term: KeyTerm): string {
  const lines = linesOf(content);
  const at = lines.findIndex((line) => isAbout(line, term.text));
  const kept = lines.filter((line, index) => index === at || !isAbout(line, term.text));
  return textOf(at === -1 ? [...kept, lineOf(term)] : kept.with(at, lineOf(term)));
}

/** Takes a term out of the text of a file; undefined if no line has it. */
export function withoutTerm(content: string, text: string): string | undefined {
  const lines = linesOf(content);
  const kept = lines.filter((line) => !isAbout(line, text));
  return kept.length === lines.length ? undefined : textOf(kept);
}

/** How many lines of the text of a file are terms. */
export function countTerms(content: string): number {
  return linesOf(content).filter((line) => line.trim() !== '' && !line.startsWith('#')).length;
}

function linesOf(content: string): readonly string[] {
  const lines = content.replace(/^\ufeff/u, '').split(/\r?\n/u);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Whether a line has this term, however it is spaced and capitalised, as lists take terms for the same. */
function isAbout(line: string, text: string): boolean {
  if (line.startsWith('#')) return false;
  const [term = ''] = line.split('\t');
  return sameForm(term) === sameForm(text);
}

function sameForm(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/gu, ' ').toLowerCase();
}

function lineOf({ text, weight, soundsLike = [] }: KeyTerm): string {
  const fields = [text, weight === undefined ? '' : String(weight), soundsLike.join('|')];
  const last = fields.findLastIndex((field) => field !== '');
  return fields.slice(0, last + 1).join('\t');
}

/** Whether this process may write files into a folder, or make it. */
export async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const parent = dirname(folder);
    return isMissing && parent !== folder && (await isWritable(parent));
  }
}

/** Replaces a file: whoever reads it, also after a power cut, finds what it was or what it is to be. */
export async function replaceTermsFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // Names that begin with a point are not read as files of tenants.
  const replacement = join(dirname(path), `.${basename(path)}.new`);
  try {
    const file = await open(replacement, 'w', 0o640);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(replacement, path);
  } catch (error) {
    await rm(replacement, { force: true }).catch(() => undefined);
    throw error;
  }
  syncFolder(dirname(path));
}
