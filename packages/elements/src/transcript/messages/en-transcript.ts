/** What a transcript says besides, in English. Other languages are typed by it. Words are put in the place of `{}`. */
export const en = {
  transcript: 'Transcript',
  nothingSaid: 'What is said appears here.',
  stillSpeaking: 'Still listening:',
  record: 'Start',
  stopRecording: 'Stop',
  speakerNumber: 'Speaker {}',
  unknownSpeaker: 'Unknown speaker',
  clinician: 'Clinician',
  patient: 'Patient',
  somebodyNew: 'Somebody new',
  whoSaid: 'Who said the line at {}',
  rename: '{}: change the name',
  nameOf: 'Name of {}',
  correctAt: 'Correct the line at {}',
  textAt: 'Text of the line at {}',
  save: 'Save',
  cancel: 'Cancel',
  restore: 'As it was heard: {}',
  insteadOf: 'Instead of “{}”',
  unsure: '{}, may be wrong',
  unsureOr: '{}, may be wrong: {}',
  keep: 'Keep',
};

/** One text for each of the English ones. */
export type TranscriptMessages = Readonly<Record<keyof typeof en, string>>;
