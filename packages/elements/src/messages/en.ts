/** What the elements say, in English, which every page has. Other languages are typed by it. */
export const en = {
  start: 'Dictate',
  stop: 'Stop dictating',
  microphone: 'Microphone',
  defaultMicrophone: 'Default microphone',
  level: 'Level',
  idle: 'Ready to dictate.',
  starting: 'Starting. If the browser asks for the microphone, allow it.',
  listening: 'Listening.',
  paused: 'Paused.',
  reconnecting: 'The server cannot be reached. What you say is kept.',
  loggedOut: 'The login has ended. What you say is kept until you log in.',
  microphoneLost: 'The microphone is gone. Plug it in, or choose another.',
  stopping: 'The last words are being written.',
  stopped: 'Stopped.',
  failed: 'Not dictating.',
  noField: 'Click into a field, and speak.',
  unwritten: 'Not written, since the field took no more text:',
  takenBack: 'Taken back.',
  keptWords: 'Not taken back, since you have changed it.',
  doubtful: 'Words to check',
  keep: 'Keep',
  noDoubt: 'No words to check.',
};

/** One text for each of the English ones. */
export type Messages = Readonly<Record<keyof typeof en, string>> & {
  /** Sentences for problems, by their codes; the SDK has English ones of its own. */
  readonly problems?: Readonly<Record<string, string>>;
};
