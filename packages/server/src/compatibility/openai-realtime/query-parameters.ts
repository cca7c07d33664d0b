import { accepted, mapped, refused, type ParameterTable } from '../parameters.js';
import { lastOf } from '../values.js';

/** What the address of a connection asks for. */
export interface QueryWishes {
  /** The model, by the name that the client gives it. */
  readonly model: string;
}

/** The parameters of `/v1/realtime`. */
export const queryParameters: ParameterTable<QueryWishes> = {
  intent: accepted('every session only transcribes, with or without `intent=transcription`'),
  model: mapped('any name; the model of the server runs', (given) => ({ model: lastOf(given) })),
  call_id: refused('there are no calls', {
    meaning: 'There are no calls to join.',
    remedy: 'Connect without it, and send the audio over this connection.',
  }),
};
