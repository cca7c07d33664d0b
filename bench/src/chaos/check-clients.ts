import { SAMPLE_RATE } from '../clips/sound.js';
import { checkAudio, UNCLEAR_SECONDS } from './check-audio.js';
import type { Final, Seen, SeenRecord, Stretch } from './history.js';
import type { Broken, Promised } from './promises.js';

/** Everything that one recording with the SDK has seen. */
interface ClientView {
  readonly sessions: string[];
  readonly told: Map<number, string>;
  readonly shown: (Final & { readonly sequence: number })[];
  readonly declared: Stretch[];
  readonly broken: Broken[];
  voice: readonly Stretch[];
  /** Length of what is said. */
  seconds: number;
  acknowledged: number;
  stopped: boolean;
}

/** Holds what recordings with the SDK have seen to the promises. */
export function checkClients(seen: readonly Seen[]): readonly Broken[] {
  const records = recordsOf(seen);
  return [...viewsOf(seen)].flatMap(([client, view]) => [
    ...view.broken,
    ...checkSession(client, view),
    ...view.sessions.slice(-1).flatMap((session) => checkRecord(client, view, records.get(session))),
  ]);
}

/** The records of a history by their sessions. */
export function recordsOf(seen: readonly Seen[]): ReadonlyMap<string, SeenRecord> {
  return new Map(seen.flatMap((one) => (one.saw === 'record' ? [[one.session, one] as const] : [])));
}

function viewsOf(seen: readonly Seen[]): ReadonlyMap<string, ClientView> {
  const views = new Map<string, ClientView>();
  const speech = new Map<string, Extract<Seen, { saw: 'speech' }>>();
  for (const one of seen) {
    if (one.saw === 'speech') speech.set(one.who, one);
    if (!('client' in one)) continue;
    const view = views.get(one.client) ?? emptyView(speech.get(one.client));
    views.set(one.client, view);
    see(one.client, view, one);
  }
  return views;
}

function emptyView(speech: Extract<Seen, { saw: 'speech' }> | undefined): ClientView {
  return {
    sessions: [],
    told: new Map(),
    shown: [],
    declared: [],
    broken: [],
    voice: speech?.voice ?? [],
    seconds: speech?.seconds ?? 0,
    acknowledged: 0,
    stopped: false,
  };
}

function see(client: string, view: ClientView, one: Extract<Seen, { readonly client: string }>): void {
  const breaks = (promise: Promised, why: string): void => {
    view.broken.push({ promise, who: client, why });
  };
  switch (one.saw) {
    case 'session':
      if (view.sessions.at(-1) === one.session) return;
      view.sessions.push(one.session);
      // Another session counts anew.
      view.acknowledged = 0;
      view.told.clear();
      return;
    case 'acknowledged':
      view.acknowledged = Math.max(view.acknowledged, one.samples);
      return;
    case 'resumed':
      if (one.samples < view.acknowledged)
        breaks(
          'acknowledged audio is in a final',
          `${String(view.acknowledged)} samples were acknowledged, and only ${String(one.samples)} are left after it was resumed`,
        );
      return;
    case 'told': {
      const before = view.told.get(one.sequence);
      if (before !== undefined && before !== one.text)
        breaks('finals come in order, once', `final ${String(one.sequence)} came again with another text`);
      if (one.sequence > view.told.size)
        breaks(
          'finals come in order, once',
          `final ${String(one.sequence)} came before ${String(view.told.size)}`,
        );
      view.told.set(one.sequence, one.text);
      return;
    }
    case 'shown':
      if (one.sequence !== view.shown.length)
        breaks(
          'finals come in order, once',
          `final ${String(one.sequence)} was shown as number ${String(view.shown.length)}`,
        );
      view.shown.push(one);
      return;
    case 'dropped':
      view.declared.push(one.stretch);
      return;
    case 'lost':
      breaks(
        'acknowledged audio is in a final',
        `the server says that ${one.stretch.join(' to ')} s are lost`,
      );
      return;
    case 'answered':
      return;
    case 'stopped':
      view.stopped = true;
      if (one.lostSeconds > 0)
        breaks('no session is lost', `${String(one.lostSeconds)} s were lost on the way`);
      return;
    case 'failed':
      breaks('no session is lost', one.why);
      return;
  }
}

function checkSession(client: string, { sessions, stopped, broken }: ClientView): readonly Broken[] {
  const promise = 'no session is lost';
  const lost: Broken[] = [];
  if (sessions.length === 0) lost.push({ promise, who: client, why: 'no session was ever opened' });
  if (sessions.length > 1)
    lost.push({ promise, who: client, why: `went on in another session: ${sessions.join(', ')}` });
  if (!stopped && !broken.some((one) => one.promise === promise))
    lost.push({ promise, who: client, why: 'did not come to its end' });
  return lost;
}

function checkRecord(client: string, view: ClientView, record: SeenRecord | undefined): readonly Broken[] {
  const { sessions, shown, voice, seconds, acknowledged, stopped, declared } = view;
  if (record === undefined) return [{ promise: 'no session is lost', who: client, why: 'has no record' }];
  const broken = [...checkEnd(client, record)];
  // Of a session that began in the middle of what was said, nobody knows where.
  if (sessions.length > 1) return broken;
  broken.push(...differences(client, shown, record, stopped));
  const until = stopped ? seconds : acknowledged / SAMPLE_RATE;
  return [...broken, ...checkAudio({ who: client, record, voice, until, declared })];
}

function checkEnd(client: string, { hasEnded, missingSeconds, isWhole }: SeenRecord): readonly Broken[] {
  return [
    ...(hasEnded
      ? []
      : [{ promise: 'no session is lost', who: client, why: 'its record has not ended' } as const]),
    ...(isWhole
      ? []
      : [
          {
            promise: 'the record is what clients were told',
            who: client,
            why: 'its record says that something was removed or added',
          } as const,
        ]),
    ...(missingSeconds > UNCLEAR_SECONDS
      ? [
          {
            promise: 'acknowledged audio is in a final',
            who: client,
            why: `its record says that ${missingSeconds.toFixed(2)} s have no text`,
          } as const,
        ]
      : []),
  ];
}

/** What was told but is not in the record, or the other way round where all was told. */
export function differences(
  who: string,
  told: readonly Pick<Final, 'text'>[],
  { session, finals }: SeenRecord,
  isAll: boolean,
): readonly Broken[] {
  const promise = 'the record is what clients were told';
  const broken: Broken[] = [];
  told.forEach(({ text }, place) => {
    if (finals[place]?.text === text) return;
    const why = finals[place] === undefined ? 'is missing in' : 'is another one in';
    broken.push({ promise, who, why: `final ${String(place)} ${why} the record ${session}` });
  });
  if (isAll && finals.length > told.length) {
    const more = String(finals.length - told.length);
    broken.push({ promise, who, why: `${more} finals of the record ${session} were never told` });
  }
  return broken;
}
