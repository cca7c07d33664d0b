import type { SettingsChange } from '@auscult/protocol';
import { NO_TERMS, type SentKeyTerms } from '../../reading/client-text.js';
import {
  DEFAULT_RATE,
  SILENCE_OF_EAGERNESS,
  type AudioFormat,
  type SessionWishes,
} from './session-fields.js';
import { joinTerms } from '../usable-terms.js';

/** The session as its client has set it. */
export interface SessionState extends Omit<
  SessionWishes,
  'language' | 'model' | 'turnDetection' | 'eagerness' | 'silenceMs' | 'noiseReduction'
> {
  readonly noiseReduction: SessionWishes['noiseReduction'];
  /** The model that was asked for; undefined if none was. */
  readonly model: string | undefined;
  /** Undefined if the operator's counts. */
  readonly language: string | undefined;
  /** Whether the server ends turns. */
  readonly detectsTurns: boolean;
  /** Undefined if the operator's counts, milliseconds. */
  readonly silenceMs: number | undefined;
}

/** A session of a client that has set nothing. */
export const INITIAL_STATE: SessionState = {
  format: { type: 'audio/pcm', rate: DEFAULT_RATE },
  noiseReduction: undefined,
  model: undefined,
  language: undefined,
  prompt: '',
  promptTerms: NO_TERMS,
  keywords: NO_TERMS,
  writtenForm: 'off',
  detectsTurns: true,
  silenceMs: undefined,
  threshold: 0.5,
  prefixPaddingMs: 300,
};

/** The session with these wishes: what they name replaces, the rest stays. */
export function changedState(state: SessionState, wishes: Partial<SessionWishes>): SessionState {
  const { turnDetection, eagerness, silenceMs, ...others } = wishes;
  const bySense =
    turnDetection === 'semantic_vad' || eagerness !== undefined
      ? SILENCE_OF_EAGERNESS[eagerness ?? 'auto']
      : undefined;
  return {
    ...state,
    ...others,
    detectsTurns: turnDetection === undefined ? state.detectsTurns : turnDetection !== 'none',
    silenceMs: silenceMs ?? bySense ?? state.silenceMs,
  };
}

/** The settings of the session core for such a session. */
export function settingsOf(state: SessionState): SettingsChange {
  return {
    ...layoutOf(state.format),
    channels: 1,
    partials: true,
    words: false,
    writtenForm: state.writtenForm,
    // A command may take text back, for which there is no event.
    dictationCommands: 'off',
    ...(state.language !== undefined && { language: state.language }),
    ...(state.silenceMs !== undefined && { endpointing: { silenceMs: state.silenceMs } }),
  };
}

/** The key terms of such a session. */
export function termsOf({ promptTerms, keywords }: SessionState): SentKeyTerms {
  return joinTerms(keywords, promptTerms);
}

/** How samples are written, and how many there are a second. */
interface SampleFormat {
  readonly encoding: 's16le' | 'mulaw' | 'alaw';
  readonly sampleRate: number;
}

/** How the samples of a format are written. */
export function layoutOf(format: AudioFormat): SampleFormat {
  switch (format.type) {
    case 'audio/pcm':
      return { encoding: 's16le', sampleRate: format.rate };
    case 'audio/pcmu':
      return { encoding: 'mulaw', sampleRate: COMPANDED_RATE };
    case 'audio/pcma':
      return { encoding: 'alaw', sampleRate: COMPANDED_RATE };
  }
}

/** Samples a second of companded audio. */
const COMPANDED_RATE = 8000;
