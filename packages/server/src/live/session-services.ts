import type { DecoderPool } from '@auscult/asr';
import type { Config } from '../config/schema.js';
import type { AudioJournal } from '../journal/journal.js';
import type { SharedKeyTerms } from '../key-terms/shared-key-terms.js';
import type { Recovery } from '../recovery/recovery.js';
import type { TextReader } from '../reading/text-reader.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Tracing } from '../telemetry/tracing/tracing.js';
import type { Transcriptions } from '../transcriptions/transcriptions.js';
import type { Turns } from './turns.js';

/** What every session shares. */
export interface SessionServices {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Undefined if nothing is traced. */
  readonly tracing: Tracing | undefined;
  readonly transcriptions: Transcriptions;
  readonly decoders: Pick<DecoderPool, 'openStream'>;
  readonly keyTerms: SharedKeyTerms;
  readonly reader: TextReader;
  /** Keeps audio that was accepted; undefined if nothing does. */
  readonly journal: AudioJournal | undefined;
  /** Completes records of sessions whose server is gone; undefined without a journal. */
  readonly recovery: Pick<Recovery, 'hurry' | 'completeTaken'> | undefined;
  /** Whether records can be written now. */
  readonly isRecording: () => boolean;
  /** The turns in which the messages of all sessions are handled. */
  readonly turns: Turns;
}
