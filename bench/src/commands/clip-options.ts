import { InvalidArgumentError, type Command } from 'commander';
import { defaultManifest, readManifest, type Clip } from '../clips/manifest.js';

/** Flags that choose clips. */
export interface ClipFlags {
  readonly manifest: string;
  readonly kind?: readonly string[];
  readonly ids?: readonly string[];
  readonly limit?: number;
}

/** Adds the flags that choose clips to a command. */
export function addClipOptions(command: Command): Command {
  return command
    .option('--manifest <path>', 'the clips, one JSON object a line', defaultManifest())
    .option('--kind <kinds>', 'only these kinds, separated by commas', listOf)
    .option('--ids <parts>', 'only clips whose id holds one of these, separated by commas', listOf)
    .option('--limit <clips>', 'at most so many clips, spread over the kinds', wholeNumber);
}

/** The clips that the flags choose. */
export function chosenClips(flags: ClipFlags): Clip[] {
  return readManifest(flags.manifest, { kinds: flags.kind, ids: flags.ids, limit: flags.limit });
}

/** Parses a flag that holds several values separated by commas. */
export function listOf(value: string): string[] {
  return value.split(',').map((part) => part.trim());
}

/** Parses a flag that holds a whole number of at least 1. */
export function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return number;
}

/** Parses a flag that holds a number above 0. */
export function positiveNumber(value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}
