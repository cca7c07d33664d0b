import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A recording and what is said in it. */
export interface Clip {
  readonly id: string;
  /** Path of the audio file. */
  readonly file: string;
  /** What the clip is a sample of, such as `read` or `medical`; `noise` contains no speech. */
  readonly kind: string;
  /** What is said, as the source prints it. */
  readonly text: string;
  readonly durationSeconds: number;
  /** Words that must be found, such as drug names. */
  readonly terms: readonly string[];
  /** What each speaker says in turn, where the source tells. */
  readonly turns?: readonly string[];
  /** Who speaks in each turn. */
  readonly turnSpeakers?: readonly string[];
  /** Present for some dictated clips. */
  readonly numbers?: WrittenNumbers;
  /** Present for clips of the published test of rare words. */
  readonly biasing?: BiasingWords;
}

/** How a person would write the numbers of a clip. */
export interface WrittenNumbers {
  /** Doses, durations and percentages. */
  readonly withUnit: readonly string[];
  /** All other numbers. */
  readonly alone: readonly string[];
}

/** The words of one utterance in the test of Le et al. (2021). */
interface BiasingWords {
  /** Words of the utterance that are rare in the training text. */
  readonly rare: readonly string[];
  /** Rare words of the training text that are listed with them but not spoken. */
  readonly distractors: readonly string[];
}

/** Which clips of a manifest are wanted. */
export interface ClipFilter {
  readonly kinds?: readonly string[] | undefined;
  /** Only clips whose id contains one of these. */
  readonly ids?: readonly string[] | undefined;
  /** Whether clips of noise are left out. */
  readonly withSpeech?: boolean | undefined;
  /** Only clips of at most this length. */
  readonly maxSeconds?: number | undefined;
  /** The most clips, spread evenly over the kinds in the manifest's order. */
  readonly limit?: number | undefined;
}

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** `../shared/FOLDER/manifest.jsonl` beside the repository, which need not exist. */
export function sharedManifest(folder: 'speech' | 'dictation'): string {
  return resolve(process.env.AUSCULT_SHARED ?? resolve(REPOSITORY, '../shared'), folder, 'manifest.jsonl');
}

/** The manifest that is used when none is named: the shared one, else the clips of the recognizer's tests. */
export function defaultManifest(folder: 'speech' | 'dictation' = 'speech'): string {
  const shared = sharedManifest(folder);
  return existsSync(shared) ? shared : resolve(REPOSITORY, 'packages/asr/test/clips/manifest.jsonl');
}

/**
 * Reads a manifest: one JSON object a line with `id`, `path` (relative to the manifest), `kind`, `text`,
 * `duration_s` and, where there are any, `terms`, `turns`, `numbers` and `rare_words` with their `biasing_list`.
 *
 * @throws Error that names the file and line if one is malformed, and if no clip is left.
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
  const numbers = objectIn(fields, 'numbers', place);
  return {
    id: text('id'),
    file: resolve(folder, text('path')),
    kind: text('kind'),
    text: text('text'),
    durationSeconds: seconds,
    terms: listIn(fields, 'terms', place),
    ...(fields.turns !== undefined && {
      turns: turnsIn(fields.turns, place),
      turnSpeakers: (fields.turns as readonly (readonly unknown[])[]).map(([speaker]) => String(speaker)),
    }),
    ...(numbers && {
      numbers: {
        withUnit: listIn(numbers, 'withUnit', place),
        alone: listIn(numbers, 'alone', place),
      },
    }),
    ...(fields.biasing_list !== undefined && { biasing: biasingIn(fields, place) }),
  };
}

/** The published list includes the rare words. */
function biasingIn(fields: Record<string, unknown>, place: string): BiasingWords {
  const rare = listIn(fields, 'rare_words', place);
  return { rare, distractors: listIn(fields, 'biasing_list', place).filter((word) => !rare.includes(word)) };
}

/** The texts of `[speaker, text]` pairs. */
function turnsIn(turns: unknown, place: string): readonly string[] {
  const texts = Array.isArray(turns) ? turns.map(textOfTurn) : [];
  if (texts.length > 0 && texts.every((text) => text !== undefined)) return texts;
  throw new Error(`${place}: "turns" must be a list of pairs of a speaker and a text.`);
}

function textOfTurn(turn: unknown): string | undefined {
  const text: unknown = Array.isArray(turn) ? turn[1] : undefined;
  return typeof text === 'string' ? text : undefined;
}

function listIn(fields: Record<string, unknown>, name: string, place: string): readonly string[] {
  const value = fields[name] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new Error(`${place}: "${name}" must be a list of strings.`);
}

function objectIn(
  fields: Record<string, unknown>,
  name: string,
  place: string,
): Record<string, unknown> | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`${place}: "${name}" must be an object.`);
}

function parseObject(line: string, place: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Reported below, with the place.
  }
  throw new Error(`${place}: not a JSON object.`);
}
