import type { SessionSettings } from '@auscult/protocol';
import { parseJson } from '../../parse-json.js';
import type { SessionState } from './session-state.js';

/** What a session is shown with beside its state. */
export interface SessionFacts {
  /** Such as `sess_0197a1f0`. */
  readonly id: string;
  /** The model that runs. */
  readonly model: string;
  /** The settings in force. */
  readonly settings: Pick<SessionSettings, 'language' | 'endpointing'>;
}

/** Lists of keywords up to this length are shown, characters: clients know what they sent. */
const LONGEST_KEYWORDS = 4096;

/** The id of a session as its client sees it; that of its record is in it. */
export function sessionIdOf(id: string): string {
  return `sess_${id}`;
}

/** A session as clients of today see it. */
export function sessionView(state: SessionState, facts: SessionFacts) {
  return {
    type: 'transcription',
    object: 'realtime.transcription_session',
    id: facts.id,
    audio: {
      input: {
        format: state.format,
        noise_reduction: state.noiseReduction ?? null,
        transcription: transcriptionOf(state, facts),
        turn_detection: turnDetectionOf(state, facts),
      },
    },
  };
}

/** A session as clients of the beta interface see it. */
export function betaSessionView(state: SessionState, facts: SessionFacts) {
  return {
    object: 'realtime.transcription_session',
    id: facts.id,
    modalities: ['text'],
    input_audio_format: BETA_FORMATS[state.format.type],
    input_audio_noise_reduction: state.noiseReduction ?? null,
    input_audio_transcription: transcriptionOf(state, facts),
    turn_detection: turnDetectionOf(state, facts),
  };
}

const BETA_FORMATS = { 'audio/pcm': 'pcm16', 'audio/pcmu': 'g711_ulaw', 'audio/pcma': 'g711_alaw' } as const;

function transcriptionOf({ prompt, keywords }: SessionState, { model, settings }: SessionFacts) {
  const { language } = settings;
  const isShown = keywords.count > 0 && keywords.json.length <= LONGEST_KEYWORDS;
  return {
    model,
    ...(language !== 'auto' && { language }),
    prompt,
    ...(isShown && { keywords: parseJson(keywords.json) }),
  };
}

function turnDetectionOf(state: SessionState, { settings: { endpointing } }: SessionFacts) {
  if (!state.detectsTurns) return null;
  return {
    type: 'server_vad',
    threshold: state.threshold,
    prefix_padding_ms: state.prefixPaddingMs,
    silence_duration_ms: endpointing.silenceMs,
  };
}
