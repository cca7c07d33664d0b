import { join } from 'node:path';
import { makeFolder, syncNames } from '../storage/durable-files.js';
import { openRecord, segmentKey, writeRecord, type JournalRecordHead } from './journal-record.js';
import { createSegmentFile, type SegmentFile } from './segment-file.js';

/** Records on disk that are destroyed once nobody needs them: in segments, the newest of which is written to. */
export interface SegmentLog {
  /** Writes records and waits for the disk, once for all of them. */
  readonly write: (records: readonly NewRecord[]) => Promise<void>;
  /**
   * Destroys segments in which something need not be kept any more, if it is time, or if they hold something of these sessions.
   * Whatever else they hold is written again before.
   */
  readonly clean: (sessions?: ReadonlySet<string>) => Promise<void>;
  /** Whether anything of a session is on disk. */
  readonly holds: (sessionId: string) => boolean;
  /** Bytes of records on disk. */
  readonly bytes: () => number;
  /** Leaves the files as they are. */
  readonly close: () => Promise<void>;
}

/** A record that is to be written. */
export interface NewRecord {
  readonly head: JournalRecordHead;
  readonly plain: readonly Uint8Array[];
}

/** A record on disk. */
export interface KeptRecord {
  readonly head: JournalRecordHead;
  readonly bytes: number;
}

export interface SegmentLogOptions {
  /** Made when something is first written. */
  readonly directory: string;
  /** How the names of its files begin. */
  readonly name: string;
  /** The key of a session that is open. */
  readonly keyOf: (sessionId: string) => Uint8Array | undefined;
  /** Whether a record is still needed. */
  readonly isNeeded: (record: KeptRecord) => boolean;
  /** A segment is cleaned once this much of it, bytes, has not been needed for so long, milliseconds. */
  readonly tolerated: { readonly bytes: number; readonly milliseconds: number };
}

interface Segment {
  readonly file: SegmentFile;
  records: readonly PlacedRecord[];
  /** Keys of sessions in it. */
  readonly keys: Map<string, Buffer>;
  readonly madeAt: number;
  /** Since when more than is tolerated is not needed. */
  dirtySince: number | undefined;
}

interface PlacedRecord extends KeptRecord {
  readonly at: number;
}

/** A segment is written to for so long, and until it has so many bytes. */
const LONGEST_MS = 5000;
const LARGEST_BYTES = 16 * 1024 ** 2;

/** Bytes that are written again at a time. */
const COPIED_TOGETHER = 1024 ** 2;

/** The end of the names of segments. */
export const SEGMENT_ENDING = '.segment';

/** Makes a log without segments. */
export function createSegmentLog(options: SegmentLogOptions): SegmentLog {
  const { directory, name, keyOf, isNeeded, tolerated } = options;
  let segments: readonly Segment[] = [];
  let current: Segment | undefined;
  let made = 0;
  let last: Promise<unknown> = Promise.resolve();
  let cleaning: Promise<void> | undefined;

  const inTurn = <Result>(task: () => Promise<Result>): Promise<Result> => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };

  const segmentToWrite = async (): Promise<Segment> => {
    const isFull =
      current !== undefined &&
      (performance.now() - current.madeAt >= LONGEST_MS || current.file.size() >= LARGEST_BYTES);
    if (current !== undefined && !isFull) return current;
    makeFolder(directory);
    const file = await createSegmentFile(join(directory, `${name}-${made++}${SEGMENT_ENDING}`));
    await syncNames(directory);
    current = {
      file,
      records: [],
      keys: new Map(),
      madeAt: performance.now(),
      dirtySince: undefined,
    };
    segments = [...segments, current];
    return current;
  };

  const keyIn = ({ keys, file }: Segment, sessionId: string): Buffer | undefined => {
    const sessionKey = keyOf(sessionId);
    if (sessionKey === undefined) return undefined;
    const key = keys.get(sessionId) ?? segmentKey(sessionKey, file.salt);
    keys.set(sessionId, key);
    return key;
  };

  const append = async (records: readonly NewRecord[]): Promise<void> => {
    const segment = await segmentToWrite();
    const parts: Buffer[] = [];
    const placed: PlacedRecord[] = [];
    let at = 0;
    for (const { head, plain } of records) {
      const key = keyIn(segment, head.sessionId);
      // Its session has ended meanwhile.
      if (key === undefined) continue;
      const written = writeRecord(key, head, plain);
      const bytes = written.reduce((sum, { length }) => sum + length, 0);
      parts.push(...written);
      placed.push({ head, bytes, at });
      at += bytes;
    }
    if (placed.length === 0) return;
    try {
      const from = await segment.file.append(parts);
      segment.records = [
        ...segment.records,
        ...placed.map((record) => ({ ...record, at: from + record.at })),
      ];
    } catch (error) {
      // Nobody knows what is there now.
      if (current === segment) current = undefined;
      throw error;
    }
  };

  const write = (records: readonly NewRecord[]): Promise<void> => inTurn(() => append(records));

  const isDue = (segment: Segment, sessions: ReadonlySet<string> | undefined): boolean => {
    if (sessions && segment.records.some(({ head }) => sessions.has(head.sessionId))) return true;
    const needless = segment.records.filter((record) => !isNeeded(record));
    const bytes = needless.reduce((sum, record) => sum + record.bytes, 0);
    const isDirty = segment.records.length === needless.length || bytes > tolerated.bytes;
    segment.dirtySince = isDirty ? (segment.dirtySince ?? performance.now()) : undefined;
    return (
      segment.dirtySince !== undefined && performance.now() - segment.dirtySince >= tolerated.milliseconds
    );
  };

  const destroy = async (segment: Segment): Promise<void> => {
    for (const together of inPortions(segment.records.filter(isNeeded))) {
      const copies = await Promise.all(together.map((record) => copyOf(segment, record)));
      await write(copies.flatMap((copy) => copy ?? []));
    }
    segments = segments.filter((other) => other !== segment);
    await segment.file.destroy();
  };

  const copyOf = async (
    segment: Segment,
    { head, at, bytes }: PlacedRecord,
  ): Promise<NewRecord | undefined> => {
    const record = await segment.file.read(at, bytes);
    const key = keyIn(segment, head.sessionId);
    return key && { head, plain: [openRecord(key, record)] };
  };

  const clean = async (sessions: ReadonlySet<string> | undefined): Promise<void> => {
    for (const segment of segments.filter((one) => isDue(one, sessions))) {
      // What is being written to it comes first.
      await inTurn(() => {
        if (current === segment) current = undefined;
        return Promise.resolve();
      });
      await destroy(segment);
    }
  };

  return {
    write,
    clean: async (sessions) => {
      if (cleaning && sessions === undefined) return cleaning;
      await cleaning?.catch(() => undefined);
      cleaning = clean(sessions).finally(() => (cleaning = undefined));
      return cleaning;
    },
    holds: (sessionId) =>
      segments.some(({ records }) => records.some(({ head }) => head.sessionId === sessionId)),
    bytes: () => segments.reduce((sum, { file }) => sum + file.size(), 0),
    close: async () => {
      await last;
      await cleaning?.catch(() => undefined);
      await Promise.all(segments.map(({ file }) => file.close()));
    },
  };
}

function* inPortions(records: readonly PlacedRecord[]): Generator<readonly PlacedRecord[]> {
  let portion: PlacedRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    portion.push(record);
    bytes += record.bytes;
    if (bytes < COPIED_TOGETHER) continue;
    yield portion;
    [portion, bytes] = [[], 0];
  }
  if (portion.length > 0) yield portion;
}
