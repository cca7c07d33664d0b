/** Stable names for what can go wrong between audio and text. Their order means nothing. */
export type SpeechErrorCode =
  | 'unknown_model'
  | 'model_missing'
  | 'model_corrupt'
  | 'unsupported_language'
  | 'unsupported_device'
  | 'unsupported_compute_type'
  | 'cache_not_writable'
  | 'model_directory_not_writable'
  | 'model_built_in'
  | 'disk_full'
  | 'network_unavailable'
  | 'download_failed'
  | 'unauthorised'
  | 'bundle_refused'
  | 'out_of_memory'
  | 'worker_failed'
  | 'unreadable_audio'
  | 'unsupported_audio'
  | 'container_unknown'
  | 'container_broken'
  | 'sample_rate_out_of_range'
  | 'speaker_state_damaged'
  | 'recording_too_long'
  | 'decoding_too_costly'
  | 'decoder_failed'
  | 'closed';

/**
 * A failure with a stable code and a remedy for the person who reads it.
 * Neither `message` nor `remedy` ever holds recognised text.
 */
export class SpeechError extends Error {
  override readonly name = 'SpeechError';

  constructor(
    readonly code: SpeechErrorCode,
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
