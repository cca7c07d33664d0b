/** What people are told before they enrol their voice. */
export interface VoiceConsent {
  /** Changes with every change of the text, so that it is known what somebody consented to. */
  readonly version: string;
  /** In paragraphs, which an empty line parts. */
  readonly text: string;
}

/** The text that is in force. A new text needs a new version. */
export const VOICE_CONSENT: VoiceConsent = {
  version: '1',
  text: [
    'From about 20 seconds of your speech, this server computes a voiceprint: numbers that say how your voice sounds. ' +
      'A voiceprint is biometric data. The recording itself is not kept.',
    'The voiceprint is kept on this server, encrypted, until you delete it here, an administrator deletes it, or your ' +
      'account is disabled. It is left out of backups, exports and logs.',
    'It is used for one thing only: to put your name to what you say, in sessions that you open yourself and that tell ' +
      'speakers apart. It never logs anybody in, and nobody is looked for with it in the sessions of others.',
    'You need not agree, and everything else works without it. You can delete it at any time.',
    'Enrol only your own voice: never that of a patient, or of anybody else.',
  ].join('\n\n'),
};
