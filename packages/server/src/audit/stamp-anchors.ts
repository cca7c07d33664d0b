import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Config } from '../config/schema.js';
import { trackSink, type SinkState, type SinkTracking } from './anchor-delivery.js';
import { anchorFile, wholeLines, type AnchorFile } from './anchor-file.js';
import { anchorDigest, readAnchorLine } from './anchor.js';

/** Settings of the authority that stamps anchors. */
export type TimestampSettings = Pick<
  Config,
  'auditTimestampUrl' | 'auditTimestampCa' | 'auditTimestampMinutes'
>;

/** Has the latest anchor stamped at intervals. */
export interface Stamping {
  readonly state: () => SinkState;
  /** Stamps the last anchor now, unless it is stamped. Never rejects. */
  readonly stamp: () => Promise<void>;
  readonly close: () => void;
}

/** Time between a failure and the next attempt, milliseconds. */
const RETRY_MS = 60_000;
/** Time from the start to the first stamp, milliseconds: by then the first anchor is there. */
const FIRST_MS = 5000;

const stampLine = z.object({ anchor: z.string(), token: z.base64() });

/** The token of an anchor. */
export interface AnchorStamp {
  /** Digest of the anchor's line. */
  readonly anchor: string;
  readonly token: Buffer;
}

/** Starts stamping the anchors of a file; undefined if no authority is set. Tokens are kept in a file beside it. */
export function stampAnchors(
  { auditTimestampUrl: url, auditTimestampCa: ca, auditTimestampMinutes: minutes }: TimestampSettings,
  file: AnchorFile,
  tracking: SinkTracking,
): Stamping | undefined {
  if (url === undefined || ca === undefined) return undefined;
  const tracked = trackSink('timestamp', tracking);
  let timer: NodeJS.Timeout | undefined;
  let last: string | undefined;
  let isClosed = false;

  const attempt = async (): Promise<void> => {
    const line = (await file.tail())?.findLast((candidate) => readAnchorLine(candidate).kind === 'signed');
    if (line === undefined || line === last) return;
    const { requestTimestamp } = await import('./timestamp-authority.js');
    const { token } = await requestTimestamp(url, line, await readFile(ca, 'utf8'));
    const stamped = { anchor: anchorDigest(line), token: token.toString('base64') };
    await anchorFile(stampPath(file)).append([JSON.stringify(stamped)]);
    last = line;
  };

  const stamp = (): Promise<void> =>
    attempt().then(
      () => {
        tracked.succeeded();
      },
      (error: unknown) => {
        tracked.failed(error);
      },
    );

  const stampIn = (milliseconds: number): void => {
    if (isClosed) return;
    timer = setTimeout(() => {
      void stamp().then(() => {
        stampIn(tracked.state().failingSince === undefined ? minutes * 60_000 : RETRY_MS);
      });
    }, milliseconds).unref();
  };
  stampIn(FIRST_MS);

  return {
    state: tracked.state,
    stamp,
    close: () => {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

/** Every stamp of the anchors in a file; undefined for a line that is none. */
export async function* readStamps(file: Pick<AnchorFile, 'path'>): AsyncGenerator<AnchorStamp | undefined> {
  for await (const line of wholeLines(stampPath(file))) yield readStamp(line);
}

/** The file of stamps that belongs to a file of anchors. */
export function stampPath({ path }: Pick<AnchorFile, 'path'>): string {
  return `${path}.timestamps`;
}

function readStamp(line: string): AnchorStamp | undefined {
  try {
    const { anchor, token } = stampLine.parse(JSON.parse(line));
    return { anchor, token: Buffer.from(token, 'base64') };
  } catch {
    return undefined;
  }
}
