import type { DecodingRequest } from '../../src/decoding/speech-model.js';

/** What a stream asks for that asks for nothing else. */
export const plainRequest: DecodingRequest = {
  language: 'en',
  task: 'transcribe',
  timestamps: false,
  beams: 1,
  fallback: false,
  previous: [],
};
