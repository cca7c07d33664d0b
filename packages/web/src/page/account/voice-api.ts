import { ask, type Answer } from '../server/ask.js';

/** What the server says about the voice of whoever is logged in. */
export interface VoiceState {
  /** Whether they may enrol it. */
  readonly enrolment: 'on' | 'off';
  readonly consent: {
    readonly version: string;
    /** In paragraphs, which an empty line parts. */
    readonly text: string;
  };
  /** Their voice, if it is enrolled. */
  readonly voice?: { readonly enrolledAt: string; readonly usable: boolean };
}

const PATH = 'api/v1/account/voice';

export function readVoice(): Promise<Answer<VoiceState>> {
  return ask(PATH);
}

/** Enrols the voice in a recording, with the consent to the text of that version. */
export function enrolVoice(recording: Blob, consent: string): Promise<Answer<VoiceState>> {
  const form = new FormData();
  form.append('file', recording, 'voice');
  form.append('consent', consent);
  return ask(PATH, { method: 'POST', body: form });
}

export function deleteVoice(): Promise<Answer<unknown>> {
  return ask(PATH, { method: 'DELETE' });
}
