import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A recording with what is said in it. */
export interface Clip {
  readonly id: string;
  /** Where the audio lies. */
  readonly file: string;
  /** What the clip is a sample of, such as `read` or `medical`; `noise` holds no speech. */
  readonly kind: string;
  /** What is said, as the source prints it. */
  readonly text: string;
  readonly durationSeconds: number;
  /** Words that must be found, such as drug names. */
  readonly terms: readonly string[];
}

/** Which clips of a manifest are wanted. */
export interface ClipFilter {
  readonly kinds?: readonly string[];
  /** Only clips whose id holds one of these. */
  readonly ids?: readonly string[];
  /** Whether clips of noise are left out. */
  readonly withSpeech?: boolean;
  /** Only clips of at most this length. */
  readonly maxSeconds?: number;
  /** At most so many, spread evenly over the kinds in the manifest's order. */
  readonly limit?: number;
}

/**
 * The manifest that is used when none is named: `../shared/speech/manifest.jsonl` beside the repository, else the
 * clips that come with the recognizer's tests.
 */
export function defaultManifest(): string {
  const repository = fileURLToPath(new URL('../../../', import.meta.url));
  const shared = resolve(
    process.env.AUSCULT_SHARED ?? resolve(repository, '../shared'),
    'speech/manifest.jsonl',
  );
  return existsSync(shared) ? shared : resolve(repository, 'packages/asr/test/clips/manifest.jsonl');
}

/**
 * Reads a manifest: one JSON object a line with `id`, `path` (relative to the manifest), `kind`, `text`,
 * `duration_s` and, where there are any, `terms`.
 *
 * @throws Error that names the file and line where one is not of this form, and when no clip is left.
 */
export function readManifest(path: string, filter: ClipFilter = {}): Clip[] {
  const folder = dirname(resolve(path));
  const clips = readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, index) =>
      line.trim() === '' ? [] : [parseClip(line, folder, `${path}:${String(index + 1)}`)],
    );
  const wanted = clips.filter((clip) => passes(clip, filter));
  if (wanted.length === 0) {
    const kinds = [...new Set(clips.map((clip) => clip.kind))].join(', ');
    throw new Error(`No clip of ${path} is left; the kinds in it are: ${kinds}.`);
  }
  return filter.limit === undefined ? wanted : spread(wanted, filter.limit);
}

function passes(clip: Clip, { kinds, ids, withSpeech, maxSeconds }: ClipFilter): boolean {
  return (
    (kinds === undefined || kinds.includes(clip.kind)) &&
    (ids === undefined || ids.some((id) => clip.id.includes(id))) &&
    !(withSpeech === true && clip.kind === 'noise') &&
    clip.durationSeconds <= (maxSeconds ?? Number.POSITIVE_INFINITY)
  );
}

/** The items of each kind, kinds in the order in which they first appear. */
export function groupByKind<Item extends { readonly kind: string }>(
  items: readonly Item[],
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(item.kind);
    if (group === undefined) groups.set(item.kind, [item]);
    else group.push(item);
  }
  return groups;
}

/** Takes a clip of each kind in turn until there are `limit`, then restores the manifest's order. */
function spread(clips: readonly Clip[], limit: number): Clip[] {
  const queues = [...groupByKind(clips).values()];
  const taken = new Set<Clip>();
  while (taken.size < Math.min(limit, clips.length)) {
    for (const queue of queues) {
      const clip = queue.shift();
      if (clip !== undefined && taken.size < limit) taken.add(clip);
    }
  }
  return clips.filter((clip) => taken.has(clip));
}

function parseClip(line: string, folder: string, place: string): Clip {
  const fields = parseObject(line, place);
  const text = (name: string) => {
    const value = fields[name];
    if (typeof value !== 'string') throw new Error(`${place}: "${name}" must be a string.`);
    return value;
  };
  const seconds = fields.duration_s;
  if (typeof seconds !== 'number') throw new Error(`${place}: "duration_s" must be a number of seconds.`);
  const terms = fields.terms ?? [];
  if (!Array.isArray(terms) || !terms.every((term) => typeof term === 'string')) {
    throw new Error(`${place}: "terms" must be a list of strings.`);
  }
  return {
    id: text('id'),
    file: resolve(folder, text('path')),
    kind: text('kind'),
    text: text('text'),
    durationSeconds: seconds,
    terms,
  };
}

function parseObject(line: string, place: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Answered below, with the place.
  }
  throw new Error(`${place}: not a JSON object.`);
}
