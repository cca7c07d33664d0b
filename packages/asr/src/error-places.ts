import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A frame of a stack: a line that the engine writes ends with a line number and a column. */
const FRAME = /^ {4}at .*:\d+:\d+\)?$/;

/**
 * Where an error was thrown: the frames of its stack, without its message, which may hold anything, including what
 * was said. Frames in a bundle name the module and line that the bundle was made of, if its source map is beside it.
 */
export function placesOf({ stack = '', message }: Error): readonly string[] {
  const frames = message === '' ? stack : stack.split(message).join('');
  return frames
    .split('\n')
    .filter((line) => FRAME.test(line))
    .map((line) => unbundled(line.trim()));
}

/** A place in a module that was loaded from a file. */
const PLACE = /(file:\/\/[^()]+):(\d+):(\d+)(?=\)?$)/;

function unbundled(frame: string): string {
  return frame.replace(PLACE, (place, url: string, line: string, column: string) => {
    const origin = sourceMapOf(url)?.findOrigin(Number(line), Number(column));
    if (origin === undefined || !('fileName' in origin)) return place;
    return `${new URL(origin.fileName, url).href}:${origin.lineNumber}:${origin.columnNumber}`;
  });
}

function sourceMapOf(url: string): SourceMap | undefined {
  if (!sourceMaps.has(url)) sourceMaps.set(url, readSourceMap(url));
  return sourceMaps.get(url);
}

/** By the address of the bundle. They are few, and each takes some milliseconds to read. */
const sourceMaps = new Map<string, SourceMap | undefined>();

function readSourceMap(url: string): SourceMap | undefined {
  try {
    const json = readFileSync(fileURLToPath(`${url}.map`), 'utf8');
    return new SourceMap(JSON.parse(json) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
