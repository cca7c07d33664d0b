/** What a warning code stands for. A warning never ends a session or loses audio. */
export interface WarningDefinition {
  /** One sentence on what differs from what was asked for. */
  readonly meaning: string;
  /** One sentence on what the reader can do. */
  readonly remedy: string;
}

const table = {
  key_terms_ignored: {
    meaning: 'Some key terms are left out, the others count.',
    remedy: 'Send each term once, as it is written in the language of the session.',
  },
  key_terms_common: {
    meaning:
      'Some key terms are, or are said like, words that everybody uses: they are left out, for they would be heard where they are not said.',
    remedy: 'Leave them out, or send the whole phrase that they stand in.',
  },
  encoded_audio: {
    meaning:
      'What is sent as raw samples begins like an encoded recording, so it is heard as noise and gives no text.',
    remedy:
      'Decode it first and send 16-bit or float samples without a container, as the SDK does, or upload the recording: POST /api/v1/transcriptions.',
  },
  wave_header: {
    meaning: 'The audio begins with the header of a WAV file, which is heard as a click.',
    remedy:
      'Send only the samples after the header, and set rate, channels and encoding to what the header says.',
  },
  falling_behind: {
    meaning: 'Audio comes faster than it is recognised, so reading pauses until recognition has caught up.',
    remedy: 'Send audio no faster than it was recorded, and expect finals to be late.',
  },
  messages_throttled: {
    meaning: 'Messages come faster than the server takes them, so reading pauses in between.',
    remedy: 'Put more audio in a frame: 20 to 250 ms are good.',
  },
  journal_unavailable: {
    meaning:
      'The server cannot keep the audio that it takes on its disk just now: the session goes on, but audio without final text would be lost if the server failed.',
    remedy:
      'Keep the audio until it is acknowledged, and tell the operator, who should free space on the disk of the journal.',
  },
  refine_too_long: {
    meaning: 'The session has lasted longer than audio is kept to be heard again, so it will not be.',
    remedy: 'Send stop more often: each starts anew. The live text is not affected.',
  },
  refine_unavailable: {
    meaning:
      'The server cannot keep the audio of this session or has too much to hear again already, so it will not be heard again.',
    remedy: 'Keep to the live text, which is not affected.',
  },
  refine_failed: {
    meaning: 'Hearing the session again failed or was cancelled.',
    remedy: 'Keep to the live text, which is not affected.',
  },
  refined_too_large: {
    meaning: 'The refined transcript is larger than a message may be.',
    remedy: 'Fetch it over HTTP: GET /api/v1/transcriptions/{id}/result, with the id that came with stopped.',
  },
  speakers_not_continued: {
    meaning:
      'What was known of the speakers of the earlier session is no longer there, so their numbers begin anew.',
    remedy: 'Name the speakers again.',
  },
} as const satisfies Record<string, WarningDefinition>;

/** The stable name of a warning. */
export type WarningCode = keyof typeof table;

/** The one table of warnings. */
export const warningTable: Readonly<Record<WarningCode, WarningDefinition>> = table;

/** All warning codes, in the order of the table. */
export const warningCodes = Object.keys(table) as readonly WarningCode[];
