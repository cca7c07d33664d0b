import { performance } from 'node:perf_hooks';
import { setTimeout as elapsed } from 'node:timers/promises';
import { callOnce } from '../chaos/callers.js';
import { checkHistory } from '../chaos/check-history.js';
import { noteAudit, noteFilesLeft, noteFinalState } from '../chaos/final-state.js';
import { canariesOf, findSpeech } from '../chaos/find-speech.js';
import { keepHistory, type Note, type Seen } from '../chaos/history.js';
import { injectFaults, secondsSince } from '../chaos/inject-faults.js';
import { FAULT_KINDS, planFaults, type FaultKind } from '../chaos/plan-faults.js';
import { PROMISES, type Broken, type Promised } from '../chaos/promises.js';
import { recordTrack, type Speaking } from '../chaos/recordings.js';
import { openScene, type Scene } from '../chaos/scene.js';
import { upload } from '../chaos/uploads.js';
import type { DecodedClip } from '../clips/sound.js';
import { continuousTracks } from '../load/continuous-tracks.js';
import type { Track } from '../load/track.js';

/** What runs, what breaks, and for how long. */
export interface ChaosPlan {
  readonly minutes: number;
  readonly seed: number;
  readonly servers: number;
  readonly machines: number;
  /** Recordings with the SDK at the same time. */
  readonly streams: number;
  /** Connections of the original protocol at the same time. */
  readonly callers: number;
  /** Seconds between two uploads; 0: none. */
  readonly uploadSeconds: number;
  /** Where the history is written. */
  readonly history: string;
  /** Whether the folder with logs and data is kept. */
  readonly isFolderKept: boolean;
}

/** What a history came to. */
export interface ChaosResults {
  readonly seed: number;
  readonly minutes: number;
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  /** Faults of the plan whose target still had one. */
  readonly skipped: number;
  /** Processes that ended though nobody told them to, and were started again. */
  readonly endedByThemselves: Readonly<Record<string, number>>;
  readonly recordings: number;
  readonly resumes: number;
  readonly calls: number;
  readonly uploads: number;
  readonly finals: number;
  readonly acknowledgedSeconds: number;
  readonly auditEntries: number;
  readonly broken: Readonly<Record<Promised, number>>;
  readonly why: readonly Broken[];
  readonly notes: readonly string[];
}

/** Audio of one recording, at least, seconds. */
const TRACK_SECONDS = 40;
/** After the last fault: until all text, and all records, have to be there. */
const PATIENCE_SECONDS = 240;

/** Breaks things while people speak, and holds what they saw to the promises. */
export async function measureChaos(
  clips: readonly DecodedClip[],
  plan: ChaosPlan,
  onFault: (left: number) => void,
): Promise<ChaosResults> {
  const { note, seen } = keepHistory(plan.history);
  note({ saw: 'run', seed: plan.seed, minutes: plan.minutes, at: new Date().toISOString() });
  let startedAt = performance.now();
  let isOver = false;
  const scene = await openScene(plan, (part, status) => {
    if (isOver) return;
    note({ saw: 'ended', second: secondsSince(startedAt), part, status });
    // As a service manager does.
    setTimeout(() => {
      if (!isOver) scene.parts.get(part)?.start().catch(noteFailure(note));
    }, RESTART_MS);
  });
  try {
    await scene.start();
    startedAt = performance.now();
    await speakAndBreak(scene, clips, plan, note, startedAt, onFault);
    await noteFinalState(scene, acceptedIn(seen), note, PATIENCE_SECONDS);
    await noteTraces(scene, clips, seen, note);
    isOver = true;
    await stopServers(scene, note);
    await noteAudit(scene, note);
    noteFilesLeft(scene, note);
    await noteTraces(scene, clips, seen, note);
    return summarize(seen, scene.notes);
  } finally {
    isOver = true;
    await scene.close(plan.isFolderKept);
  }
}

const RESTART_MS = 1000;

function noteFailure(note: Note): (error: unknown) => void {
  return (error) => {
    note({ saw: 'unanswered', what: error instanceof Error ? error.message : String(error) });
  };
}

async function speakAndBreak(
  scene: Scene,
  clips: readonly DecodedClip[],
  plan: ChaosPlan,
  note: Note,
  startedAt: number,
  onFault: (left: number) => void,
): Promise<void> {
  const { minutes, seed, streams, callers, uploadSeconds } = plan;
  const seconds = 60 * minutes;
  const faults = planFaults({ seed, seconds, targets: scene.targets });
  const counted: Note = (one) => {
    note(one);
    if (one.saw === 'fault' || one.saw === 'skipped') onFault(faults.length);
  };
  const tracks = continuousTracks(clips, Math.max(1, 2 * (streams + callers)), TRACK_SECONDS);
  const patience = new AbortController();
  const speaking: Speaking = { url: scene.url, note, patience: patience.signal };
  const isOn = (): boolean => secondsSince(startedAt) < seconds;
  const everybody = [
    ...repeat(streams, isOn, (name, turn) =>
      recordTrack(`recording ${name}`, trackAt(tracks, turn), speaking),
    ),
    ...repeat(callers, isOn, (name, turn) => callOnce(`call ${name}`, trackAt(tracks, turn + 1), speaking)),
    ...repeat(uploadSeconds > 0 ? 1 : 0, isOn, async (_, turn) => {
      const clip = clips[turn % clips.length];
      if (clip !== undefined) await upload(scene.url, clip, note);
      await elapsed(1000 * uploadSeconds);
    }),
  ];
  const injection = injectFaults(scene, faults, counted, startedAt);
  await elapsed(1000 * seconds);
  await injection.stop();
  const late = setTimeout(
    () => {
      patience.abort();
    },
    1000 * (TRACK_SECONDS + PATIENCE_SECONDS),
  );
  await Promise.all(everybody);
  clearTimeout(late);
}

/** So many people who do the same again and again, each beginning with something else. */
function repeat(
  people: number,
  isOn: () => boolean,
  act: (name: string, turn: number) => Promise<void>,
): readonly Promise<void>[] {
  return Array.from({ length: people }, async (_, person) => {
    for (let turn = 0; isOn(); turn++)
      await act(`${String(person + 1)}.${String(turn + 1)}`, person + people * turn);
  });
}

function trackAt(tracks: readonly Track[], turn: number): Track {
  const track = tracks[turn % tracks.length];
  if (track === undefined) throw new RangeError('there is nothing to say');
  return track;
}

function acceptedIn(seen: readonly Seen[]): readonly string[] {
  return seen.flatMap((one) => (one.saw === 'accepted' ? [one.upload] : []));
}

async function noteTraces(
  { folder }: Scene,
  clips: readonly DecodedClip[],
  seen: readonly Seen[],
  note: Note,
): Promise<void> {
  await findSpeech(folder, canariesOf(clips, seen), (what, file) => {
    note({ saw: 'trace', what, file: file.slice(folder.length + 1) });
  });
}

async function stopServers({ servers, parts }: Scene, note: Note): Promise<void> {
  await Promise.all(
    servers.map(async ({ name }) => {
      const late = setTimeout(() => {
        note({ saw: 'unanswered', what: `the end of ${name}, which was told to stop` });
        void parts.get(name)?.kill();
      }, STOP_WITHIN_MS);
      await parts.get(name)?.stop();
      clearTimeout(late);
    }),
  );
}

const STOP_WITHIN_MS = 60_000;

/** Holds a history to the promises, and counts what is in it. */
export function summarize(seen: readonly Seen[], notes: readonly string[] = []): ChaosResults {
  const why = checkHistory(seen);
  const of = <Kind extends Seen['saw']>(kind: Kind): readonly Extract<Seen, { saw: Kind }>[] =>
    seen.filter((one): one is Extract<Seen, { saw: Kind }> => one.saw === kind);
  const [run] = of('run');
  return {
    seed: run?.seed ?? 0,
    minutes: run?.minutes ?? 0,
    faults: Object.fromEntries(
      FAULT_KINDS.map((kind) => [kind, of('fault').filter(({ fault }) => fault.kind === kind).length]),
    ),
    skipped: of('skipped').length,
    endedByThemselves: countBy(of('ended').map(({ part, status }) => `${part} with ${status}`)),
    recordings: new Set(of('session').map(({ client }) => client)).size,
    resumes: of('resumed').length,
    calls: of('connected').length,
    uploads: of('accepted').length,
    finals: of('record').reduce((sum, { finals }) => sum + finals.length, 0),
    acknowledgedSeconds: acknowledgedSeconds(of('acknowledged')),
    auditEntries: Math.max(0, ...of('audit').map(({ entries }) => entries)),
    broken: Object.fromEntries(
      PROMISES.map((promise) => [promise, why.filter((one) => one.promise === promise).length]),
    ) as Record<Promised, number>,
    why,
    notes,
  };
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const name of names) counted[name] = (counted[name] ?? 0) + 1;
  return counted;
}

function acknowledgedSeconds(all: readonly { readonly client: string; readonly samples: number }[]): number {
  const most = new Map<string, number>();
  for (const { client, samples } of all) most.set(client, Math.max(most.get(client) ?? 0, samples));
  return [...most.values()].reduce((sum, samples) => sum + samples, 0) / 16_000;
}
