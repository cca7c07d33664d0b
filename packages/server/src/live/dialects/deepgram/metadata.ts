import type { DeepgramModel } from '../../../compatibility/deepgram/model-info.js';
import type { ParameterWarning } from '../../../compatibility/parameters.js';
import { threeDecimals } from '../../../transcripts/transcript.js';

/** What the last message of a session tells. */
export interface SessionSummary {
  readonly requestId: string;
  /** SHA-256 of all audio, in hexadecimal. */
  readonly digest: string;
  readonly begunAt: Date;
  /** Length of the audio, seconds. */
  readonly duration: number;
  readonly channels: number;
  readonly model: DeepgramModel;
  readonly warnings: readonly ParameterWarning[];
  readonly tags: readonly string[] | undefined;
  readonly extra: Readonly<Record<string, string>> | undefined;
}

/** The last message of a session. */
export function metadataOf(summary: SessionSummary): object {
  const { requestId, digest, begunAt, duration, channels, model, warnings, tags, extra } = summary;
  const { uuid, name, version, arch } = model;
  return {
    type: 'Metadata',
    transaction_key: 'deprecated',
    request_id: requestId,
    sha256: digest,
    created: begunAt.toISOString(),
    duration: threeDecimals(duration),
    channels,
    models: [uuid],
    model_info: { [uuid]: { name, version, arch } },
    warnings: warnings.map(({ parameter, reason }) => ({
      parameter,
      type: 'unsupported_feature',
      message: reason,
    })),
    ...(tags !== undefined && { tags }),
    ...(extra !== undefined && { extra }),
  };
}
