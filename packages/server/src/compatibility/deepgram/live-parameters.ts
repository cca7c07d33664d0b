import { protocolLimits } from '@auscult/protocol';
import { accepted, honoured, mapped, type GivenParameter, type ParameterTable } from '../parameters.js';
import { lastOf, numberIn, numberOf, switchOf } from '../values.js';
import { deepgramParameters, type DeepgramWishes } from './parameters.js';

/** What a query of a client of Deepgram asks for that opens a live session. */
export interface LiveWishes extends DeepgramWishes {
  /** Whether results that may still change are sent. */
  readonly hasInterims: boolean;
  /** Silence that ends an utterance, milliseconds; `off` if results must not say that a speaker has paused. */
  readonly endpointing: number | 'off';
  /** Audio without a word after which `UtteranceEnd` is sent, milliseconds. */
  readonly utteranceEndMs: number;
  /** Whether `SpeechStarted` is sent. */
  readonly tellsSpeech: boolean;
}

const { silenceMs } = protocolLimits;

/** Bounds of `utterance_end_ms`. */
const UTTERANCE_END_MS = { min: 200, max: 10_000 };

/** The parameters with which live sessions are opened. */
export const liveParameters: ParameterTable<LiveWishes> = {
  ...deepgramParameters,
  multichannel: honoured(
    'with `channels=2`, each channel is heard by itself; without it, both are mixed',
    (given) => ({
      isMultichannel: switchOf(given),
    }),
  ),
  interim_results: honoured('off by default', (given) => ({ hasInterims: switchOf(given) })),
  endpointing: mapped(
    `silence that ends an utterance, within ${silenceMs.min} to ${silenceMs.max} ms; with \`false\`, \`speech_final\` is never true`,
    (given) => ({ ...endpointingIn(given) }),
  ),
  utterance_end_ms: honoured(`${UTTERANCE_END_MS.min} to ${UTTERANCE_END_MS.max}`, (given) => ({
    utteranceEndMs: numberOf(given, UTTERANCE_END_MS),
  })),
  vad_events: honoured('off by default', (given) => ({ tellsSpeech: switchOf(given) })),
  utterances: accepted('results come by utterance'),
};

function endpointingIn(given: GivenParameter): Partial<Pick<LiveWishes, 'endpointing'>> {
  const number = numberIn(lastOf(given));
  if (number === undefined) return switchOf(given) ? {} : { endpointing: 'off' };
  if (number === 0) return { endpointing: 'off' };
  const clamped = Math.round(Math.min(silenceMs.max, Math.max(silenceMs.min, number)));
  if (number < silenceMs.min) given.warn(`${silenceMs.min} ms is the least`);
  if (number > silenceMs.max) given.warn(`${silenceMs.max} ms is the most`);
  return { endpointing: clamped };
}
