import type { KeyTermList } from '@auscult/asr';
import { recordingSettings, type RecordingSettings, type VoiceCommand } from '@auscult/protocol';
import type { Identity } from '../../access/identity.js';
import { open, seal } from '../../records/seal.js';

/** What is to be done with a job's audio. Sealed, since key terms can name a patient. */
export interface JobOrder {
  /** As they were set; a version with other settings may not know them. */
  readonly settings: RecordingSettings;
  readonly keyTerms: KeyTermList;
  /** The commands of the session that it is a part of: what is one is no text of the second pass either. */
  readonly commands?: readonly VoiceCommand[];
  /** Who ordered it, for the audit log. */
  readonly who: Pick<Identity, 'tenant' | 'subject' | 'kind' | 'role'>;
  /** Their remote address. */
  readonly from: string | undefined;
  /** The time of the first sample in the transcript, seconds. */
  readonly startSeconds: number;
  /** Channels of the record that it writes. */
  readonly recordedChannels: number;
  /** Bytes of each file. */
  readonly sizes: readonly number[];
  /** The key that those of the files are derived from. */
  readonly audioKey: Buffer;
}

/** An order as it is stored, in JSON. */
type StoredOrder = Omit<JobOrder, 'audioKey' | 'settings'> & {
  readonly settings: unknown;
  readonly audioKey: string;
};

export function sealOrder(jobKey: Uint8Array, jobId: string, order: JobOrder): Buffer {
  const stored: StoredOrder = { ...order, audioKey: order.audioKey.toString('base64') };
  return seal(jobKey, Buffer.from(JSON.stringify(stored)), placeOf(jobId));
}

/**
 * Opens an order. `settings` is undefined if they are not those of this version. Throws `record_damaged` if it is not what was
 * sealed for that job.
 */
export function openOrder(
  jobKey: Uint8Array,
  jobId: string,
  sealed: Uint8Array,
): Omit<JobOrder, 'settings'> & { readonly settings: RecordingSettings | undefined } {
  const stored = JSON.parse(open(jobKey, sealed, placeOf(jobId)).toString()) as StoredOrder;
  return {
    ...stored,
    settings: recordingSettings.safeParse(stored.settings).data,
    audioKey: Buffer.from(stored.audioKey, 'base64'),
  };
}

function placeOf(jobId: string): readonly string[] {
  return ['transcription_jobs', jobId, 'order'];
}
