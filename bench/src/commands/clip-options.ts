import { InvalidArgumentError, type Command } from 'commander';
import { defaultManifest, readManifest, type Clip } from '../clips/manifest.js';

/** Flags that choose clips. */
export interface ClipFlags {
  readonly manifest: string;
  readonly kind?: readonly string[];
  readonly ids?: readonly string[];
  readonly limit?: number | undefined;
  readonly maxClip?: number;
}

/**
 * Adds the flags that choose clips to a command.
 *
 * @param defaults what the command uses if the flags are absent
 */
export function addClipOptions(
  command: Command,
  defaults: Partial<Pick<ClipFlags, 'manifest' | 'kind' | 'limit' | 'maxClip'>> = {},
): Command {
  return command
    .option('--manifest <path>', 'the clips, one JSON object a line', defaults.manifest ?? defaultManifest())
    .option('--kind <kinds>', 'only these kinds, separated by commas', listOf, defaults.kind)
    .option('--ids <parts>', 'only clips whose id contains one of these, separated by commas', listOf)
    .option('--limit <clips>', 'the most clips, spread over the kinds', wholeNumber, defaults.limit)
    .option('--max-clip <seconds>', 'only clips of at most this length', positiveNumber, defaults.maxClip);
}

/** The clips that the flags choose. */
export function chosenClips(flags: ClipFlags): Clip[] {
  const { manifest, kind, ids, limit, maxClip } = flags;
  return readManifest(manifest, { kinds: kind, ids, limit, maxSeconds: maxClip });
}

/** The clips that the flags choose, except those without speech. */
export function speechClips(flags: ClipFlags): Clip[] {
  const { manifest, kind, ids, limit, maxClip } = flags;
  return readManifest(manifest, { kinds: kind, withSpeech: true, ids, limit, maxSeconds: maxClip });
}

/** Parses a flag whose values are separated by commas. */
export function listOf(value: string): string[] {
  return value.split(',').map((part) => part.trim());
}

/** Parses a flag whose value is a whole number of at least 1. */
export function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return number;
}

/** Parses a flag whose value is a number above 0. */
export function positiveNumber(value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return number;
}
