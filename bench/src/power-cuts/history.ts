/** Something that a client saw the server do, or asked it to do. */
export type Mark =
  | { readonly saw: 'final'; readonly session: string; readonly place: number; readonly text: string }
  | { readonly saw: 'begin'; readonly work: Work; readonly what: string }
  | { readonly saw: 'end'; readonly work: Work; readonly what: string; readonly text?: string };

/**
 * Work during which power may fail, besides finals. If several kinds are under way, the first in this list
 * counts.
 */
export const WORKS = ['rotation', 'backup', 'deletion', 'correction', 'start', 'stop'] as const;
export type Work = (typeof WORKS)[number];

/** What must hold after a power cut, whatever the disk has kept. */
export interface Expected {
  /** Texts that a client saw of each session, in order, except sessions whose deletion was requested. */
  readonly finals: ReadonlyMap<string, readonly string[]>;
  /** The text of the latest acknowledged correction, by session; corrections apply to the first final. */
  readonly corrections: ReadonlyMap<string, string>;
  /** Sessions whose deletion was acknowledged. */
  readonly destroyed: ReadonlySet<string>;
  /** The newest finished backup, and what clients had seen when it began. */
  readonly backup: { readonly file: string; readonly finals: Expected['finals'] } | undefined;
}

/** Updates a history with what was seen. */
export interface History {
  readonly add: (mark: Mark) => void;
  /** The work under way; finals if there is no other. */
  readonly phase: () => Work | 'finals';
  readonly expected: () => Expected;
}

/** A history in which nothing was seen yet. */
export function createHistory(): History {
  const finals = new Map<string, string[]>();
  const corrections = new Map<string, string>();
  const asked = new Set<string>();
  const destroyed = new Set<string>();
  const begun = new Map<string, Expected['finals']>();
  const underWay: { work: Work; what: string }[] = [];
  let backup: Expected['backup'];

  /** A copy, which does not include what is seen later. */
  const standing = (of: Expected['finals']): Expected['finals'] =>
    new Map(
      [...of].filter(([session]) => !asked.has(session)).map(([session, texts]) => [session, [...texts]]),
    );

  return {
    add: (mark) => {
      if (mark.saw === 'final') {
        const texts = finals.get(mark.session) ?? [];
        finals.set(mark.session, texts);
        texts[mark.place] = mark.text;
        return;
      }
      const { work, what } = mark;
      if (mark.saw === 'begin') {
        underWay.push({ work, what });
        if (work === 'backup') begun.set(what, standing(finals));
        if (work === 'deletion') asked.add(what);
        return;
      }
      underWay.splice(
        underWay.findIndex((one) => one.work === work && one.what === what),
        1,
      );
      if (work === 'backup') backup = { file: what, finals: begun.get(what) ?? new Map() };
      if (work === 'deletion') destroyed.add(what);
      if (work === 'correction' && mark.text !== undefined) corrections.set(what, mark.text);
    },
    phase: () => WORKS.find((work) => underWay.some((one) => one.work === work)) ?? 'finals',
    expected: () => ({
      finals: standing(finals),
      corrections: new Map([...corrections].filter(([session]) => !asked.has(session))),
      destroyed: new Set(destroyed),
      backup: backup && { file: backup.file, finals: standing(backup.finals) },
    }),
  };
}
