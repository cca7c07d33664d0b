import { checkAudio } from './check-audio.js';
import { differences, recordsOf } from './check-clients.js';
import type { Final, Seen, SeenRecord, Stretch } from './history.js';
import type { Broken } from './promises.js';

/**
 * Holds what clients of the original protocol have seen to the promises. They are told neither their session nor how much was
 * taken: their records are those that belong to nobody else, and are found by their texts.
 */
export function checkCallers(seen: readonly Seen[]): readonly Broken[] {
  const known = new Set(seen.flatMap(sessionOf));
  const records = [...recordsOf(seen).values()].filter(({ session }) => !known.has(session));
  const callers = new Map<string, Final[]>();
  const voices = new Map<string, readonly Stretch[]>();
  for (const one of seen) {
    if (one.saw === 'speech') voices.set(one.who, one.voice);
    if (one.saw === 'connected') callers.set(one.caller, []);
    if (one.saw === 'heard') callers.get(one.caller)?.push(one);
  }
  const broken: Broken[] = [];
  if (records.length < callers.size)
    broken.push({
      promise: 'no session is lost',
      who: 'original protocol',
      why: `${String(callers.size)} connections were accepted, and there are ${String(records.length)} records of them`,
    });
  const free = new Set(records);
  // Whoever heard most is the easiest to tell from the others.
  const byLength = [...callers].sort(([, one], [, other]) => other.length - one.length);
  for (const [caller, told] of byLength) {
    const record = likeliest([...free], told);
    if (told.length === 0) continue;
    if (record === undefined) {
      broken.push({ promise: 'no session is lost', who: caller, why: 'has no record' });
      continue;
    }
    free.delete(record);
    broken.push(...differences(caller, told, record, false), ...outOfOrder(caller, told));
    broken.push(...checkCaller(caller, told, record, voices.get(caller) ?? []));
  }
  return [...broken, ...records.filter(({ hasEnded }) => !hasEnded).map(unended)];
}

function sessionOf(one: Seen): readonly string[] {
  if (one.saw === 'session') return [one.session];
  return one.saw === 'transcribed' && one.session !== undefined ? [one.session] : [];
}

/** The record with most of these finals in their places. */
function likeliest(records: readonly SeenRecord[], told: readonly Final[]): SeenRecord | undefined {
  let best: SeenRecord | undefined;
  let most = 0;
  for (const record of records) {
    const same = told.filter(({ text, start }, place) => {
      const final = record.finals[place];
      return final?.text === text && final.start === start;
    }).length;
    if (same <= most) continue;
    most = same;
    best = record;
  }
  return best;
}

function outOfOrder(who: string, told: readonly Final[]): readonly Broken[] {
  return told.flatMap(({ start }, place): readonly Broken[] => {
    const before = told[place - 1];
    if (before === undefined || before.start <= start) return [];
    return [
      {
        promise: 'finals come in order, once',
        who,
        why: `final ${String(place)} begins before the one ahead of it`,
      },
    ];
  });
}

function checkCaller(
  who: string,
  told: readonly Final[],
  record: SeenRecord,
  voice: readonly Stretch[],
): readonly Broken[] {
  // What is missing is declared, though not where.
  if (record.missingSeconds > 0) return [];
  return checkAudio({ who, record, voice, until: told.at(-1)?.end ?? 0, declared: [] });
}

function unended({ session }: SeenRecord): Broken {
  return { promise: 'no session is lost', who: session, why: 'its record has not ended' };
}
