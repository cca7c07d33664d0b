import type { ProblemCode, RecordedFinal, Segment } from '@auscult/client';
import type { AskServer } from '../shared-recording/ask-server.js';
import { askRecord, type Answer, type Refusal } from './ask-record.js';

/** Brings corrected texts into the records of their sessions, as further versions. What cannot be brought there stays as it is here. */
export interface RecordTexts {
  /** Brings a text into the record; one that is on its way is replaced. `key` tells the final from others. */
  readonly send: (key: string, final: SentFinal) => void;
  /** Tries again what was refused; in place of what somebody else has written, if they have. */
  readonly sendAgain: (key: string) => void;
  /** Takes what somebody else has written. Returns it. */
  readonly takeTheirs: (key: string) => string | undefined;
  /** Leaves the record as it is: the final was taken back, and a correction would make it count again. */
  readonly forget: (key: string) => void;
  /** Undefined if the record has what is here, or is about to. */
  readonly stateOf: (key: string) => UnsavedState | undefined;
}

/** A final, and the text that the record is to have. */
export interface SentFinal {
  readonly segment: Segment;
  readonly place: RecordedFinal;
  readonly text: string;
}

/** Why the record does not have a text. */
export type UnsavedState =
  /** The server is away, and is asked again. */
  | { readonly kind: 'waiting' }
  /** There is no record. */
  | { readonly kind: 'absent' }
  /** Somebody else has written another text meanwhile. */
  | { readonly kind: 'changed'; readonly theirs: string }
  | { readonly kind: 'refused'; readonly problem: Refusal };

/** Told of what becomes of a text. */
export interface RecordTextsListener {
  /** The state of some text is another one. */
  readonly onChange: () => void;
  readonly onSaved: (final: SentFinal, version: number) => void;
  readonly onUnsaved: (final: SentFinal, state: UnsavedState, code: ProblemCode, message: string) => void;
}

/** The newest version of a final in the record. */
interface Recorded {
  readonly place: number;
  readonly version: number;
  readonly text: string;
}

/** A final with a corrected text. */
interface Kept {
  final: SentFinal;
  /** The text that the record had when the person last saw it. */
  seen: string;
  recorded: Recorded | undefined;
  state: UnsavedState | undefined;
  /** What is being done about it. */
  work: Promise<void>;
}

export function createRecordTexts(ask: AskServer, listener: RecordTextsListener): RecordTexts {
  const all = new Map<string, Kept>();
  /** What is known of the finals of a record, from when it was last read; others come later. */
  const records = new Map<string, ReadonlyMap<string, Recorded>>();

  const isForgotten = (kept: Kept): boolean => ![...all.values()].includes(kept);

  function change(kept: Kept, state: UnsavedState | undefined): void {
    if (kept.state === state) return;
    kept.state = state;
    listener.onChange();
  }

  function fail(kept: Kept, state: UnsavedState, problem: Refusal): false {
    change(kept, state);
    listener.onUnsaved(kept.final, state, problem.code, problem.message);
    return false;
  }

  /** Asks, and says that it waits while the server is away. */
  function askFor<Body>(kept: Kept, path: string, body?: object): Promise<Answer<Body>> {
    return askRecord<Body>(ask, path, body, () => {
      change(kept, WAITING);
      return isForgotten(kept);
    });
  }

  /** The newest version of a final; undefined if the record does not have it, or the speaker has taken it back. */
  async function find(kept: Kept): Promise<Answer<Recorded | undefined>> {
    const { segment, place } = kept.final;
    const { sessionId, sequence } = place;
    const key = keyOf(segment.channel, sequence);
    const known = records.get(sessionId)?.get(key);
    if (known) return { kind: 'ok', body: known };
    const answer = await askFor<SessionRecord>(kept, pathOf(sessionId));
    if (answer.kind === 'refused') return answer;
    const recorded = recordedIn(answer.body);
    records.set(sessionId, recorded);
    return { kind: 'ok', body: recorded.get(key) };
  }

  /** Writes until the record has the text as it is by then, or does not take it. */
  async function write(kept: Kept): Promise<void> {
    let goesOn = true;
    while (goesOn && !isForgotten(kept)) {
      const found = kept.recorded ? { kind: 'ok' as const, body: kept.recorded } : await find(kept);
      goesOn = found.kind === 'ok' ? await writeOver(kept, found.body) : refuse(kept, found);
    }
  }

  /** Writes after that version, if the person has seen it. Returns whether there is more to do. */
  async function writeOver(kept: Kept, recorded: Recorded | undefined): Promise<boolean> {
    const { final, seen } = kept;
    if (recorded === undefined) return fail(kept, { kind: 'absent' }, NOT_THERE);
    kept.recorded = recorded;
    if (recorded.text === final.text) {
      // Its answer may have been lost.
      if (final.text !== seen) save(kept, recorded);
      else change(kept, undefined);
      return false;
    }
    if (recorded.version > 1 && recorded.text !== seen)
      return fail(kept, { kind: 'changed', theirs: recorded.text }, CHANGED);
    if (isForgotten(kept)) return false;
    const { sessionId } = final.place;
    const answer = await askFor<Pick<Recorded, 'version'>>(
      kept,
      `${pathOf(sessionId)}/segments/${String(recorded.place)}/versions`,
      { version: recorded.version, text: final.text },
    );
    if (answer.kind === 'ok')
      save(kept, { ...recorded, version: answer.body.version, text: final.text }, final);
    else if (answer.code === 'record_changed') {
      kept.recorded = undefined;
      records.delete(sessionId);
    } else return refuse(kept, answer);
    return true;
  }

  /** @param final as it was when it was sent */
  function save(kept: Kept, recorded: Recorded, final = kept.final): void {
    kept.seen = recorded.text;
    kept.recorded = recorded;
    change(kept, undefined);
    listener.onSaved(final, recorded.version);
  }

  function refuse(kept: Kept, problem: Refusal): false {
    return fail(kept, problem.status === 404 ? { kind: 'absent' } : { kind: 'refused', problem }, problem);
  }

  /** Writes once what was begun before is done. */
  function begin(kept: Kept): void {
    kept.work = kept.work.then(() => write(kept));
  }

  return {
    stateOf: (key) => all.get(key)?.state,
    send: (key, final) => {
      const kept: Kept = all.get(key) ?? {
        final,
        seen: final.segment.text,
        recorded: undefined,
        state: undefined,
        work: Promise.resolve(),
      };
      kept.final = final;
      all.set(key, kept);
      begin(kept);
    },
    sendAgain: (key) => {
      const kept = all.get(key);
      if (!kept) return;
      if (kept.recorded) kept.seen = kept.recorded.text;
      change(kept, undefined);
      begin(kept);
    },
    takeTheirs: (key) => {
      const kept = all.get(key);
      if (kept?.state?.kind !== 'changed') return undefined;
      const { theirs } = kept.state;
      kept.seen = theirs;
      kept.final = { ...kept.final, text: theirs };
      change(kept, undefined);
      return theirs;
    },
    forget: (key) => {
      all.delete(key);
    },
  };
}

const WAITING = { kind: 'waiting' } as const;
const REFUSED = { kind: 'refused', status: 0, isPassing: false } as const;
const NOT_THERE: Refusal = {
  ...REFUSED,
  code: 'record_not_found',
  message: 'The server has no record of this final.',
};
const CHANGED: Refusal = {
  ...REFUSED,
  code: 'record_changed',
  message: 'Somebody else has corrected this final.',
};

/** What is used of the record of a session. */
interface SessionRecord {
  readonly segments: readonly {
    readonly place: number;
    readonly versions: readonly {
      readonly version: number;
      readonly text: string;
      readonly channel: number;
      readonly sequence?: number;
    }[];
  }[];
}

function recordedIn({ segments }: SessionRecord): ReadonlyMap<string, Recorded> {
  return new Map(
    segments.flatMap(({ place, versions }) => {
      const newest = versions.at(-1);
      if (newest?.sequence === undefined) return [];
      const { channel, sequence, version, text } = newest;
      return [[keyOf(channel, sequence), { place, version, text }] as const];
    }),
  );
}

function keyOf(channel = 0, sequence: number): string {
  return `${String(channel)}/${String(sequence)}`;
}

function pathOf(sessionId: string): string {
  return `api/v1/sessions/${sessionId}`;
}
