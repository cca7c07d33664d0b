import { endByError } from './connection-ends.js';

/** What an error code stands for. */
export interface ErrorDefinition extends ErrorRow {
  /** Code that the WebSocket is closed with, for errors that end the connection. */
  readonly closeCode?: number;
}

/** A row of the table itself; how an error ends its connection is part of the close codes. */
interface ErrorRow {
  /** Status of an HTTP answer with this error, for those that HTTP requests can meet. */
  readonly httpStatus?: number;
  /** Whether the very same message or request can succeed later. */
  readonly retryable: boolean;
  /** One sentence on what went wrong. */
  readonly meaning: string;
  /** One sentence on what the reader can do. */
  readonly remedy: string;
}

const table = {
  malformed_json: {
    retryable: false,
    meaning: 'The text frame is not JSON.',
    remedy: 'Send one JSON object in a text frame, and raw audio in binary frames.',
  },
  object_expected: {
    retryable: false,
    meaning: 'The text frame holds JSON that is not an object.',
    remedy: 'Send one JSON object with a field "type" in a text frame.',
  },
  too_deeply_nested: {
    httpStatus: 400,
    retryable: false,
    meaning: 'The JSON is nested more deeply than anything that is accepted.',
    remedy: 'Send only the fields that are described.',
  },
  unknown_type: {
    retryable: false,
    meaning: 'The message type is missing or not known.',
    remedy: 'Set the type to one of those allowed.',
  },
  invalid_message: {
    retryable: false,
    meaning: 'The value is missing or not allowed.',
    remedy: 'Correct it and send the message again.',
  },
  invalid_base64: {
    retryable: false,
    meaning: 'The audio is not base64.',
    remedy:
      'Encode the bytes with the standard alphabet and padding, without line breaks, or send them in a binary frame.',
  },
  odd_audio_length: {
    retryable: false,
    meaning: 'The audio ends in the middle of a sample, so none of it was used.',
    remedy: 'Cut the audio between samples, with all channels of a sample in the same frame.',
  },
  sample_rate_out_of_range: {
    retryable: false,
    meaning: 'The sample rate is not accepted.',
    remedy: 'Give the rate at which the audio was recorded, or resample it.',
  },
  container_unknown: {
    retryable: false,
    meaning: 'The audio does not begin as a recording that can be decoded while it comes.',
    remedy:
      'Send WebM, Ogg, FLAC, WAV or MP3 from the first byte on. A recorder writes its header only once: on a new connection, start it anew.',
  },
  container_broken: {
    retryable: false,
    meaning:
      'The recording is damaged, or is not what its header says, so nothing after that can be decoded.',
    remedy: 'Start the recorder anew on another connection. What was decoded is transcribed.',
  },
  frame_too_large: {
    retryable: false,
    meaning: 'The frame is larger than the server takes.',
    remedy: 'Send audio in frames of 20 to 250 ms, and fewer or shorter key terms.',
  },
  too_many_bad_messages: {
    retryable: false,
    meaning: 'Too many messages in a row could not be understood.',
    remedy: 'Read the errors sent before this one, and check the client against the protocol.',
  },
  configure_too_late: {
    retryable: false,
    meaning: 'The session has taken audio already, so its settings are fixed.',
    remedy: 'Send configure before the first audio, or open another connection.',
  },
  invalid_command: {
    retryable: false,
    meaning: 'A command of the list could not be told from dictation or from another command.',
    remedy: 'Correct it and send all commands again.',
  },
  speakers_off: {
    retryable: false,
    meaning: 'The session tells no speakers apart, so there is nothing to correct.',
    remedy: 'Ask for speakers with configure before the first audio.',
  },
  correction_refused: {
    httpStatus: 422,
    retryable: false,
    meaning: 'The correction names a final, words or a speaker that is not there, so nothing of it was done.',
    remedy: 'Correct the field and send everything again.',
  },
  resume_misplaced: {
    retryable: false,
    meaning: 'A session is resumed by the first message of a connection that was opened for it.',
    remedy: 'Connect to /ws/transcribe?resume and send resume first.',
  },
  resume_refused: {
    retryable: false,
    meaning: 'There is no session with this id and this token: it has ended or expired.',
    remedy: 'Open a new session and send the audio that is not final yet again.',
  },
  decoder_gone: {
    retryable: false,
    meaning:
      'The process that held this session is gone, and its audio has to be decoded, which cannot be taken up in the middle.',
    remedy:
      'Open a new session and send the audio that is not final yet again, after the header of its container if it has one.',
  },
  session_taken_over: {
    retryable: false,
    meaning: 'Another connection has resumed this session.',
    remedy: 'Go on there, or open a new session.',
  },
  ended_by_administrator: {
    retryable: false,
    meaning: 'An administrator has ended this session.',
    remedy: 'Ask them, or open a new session; the text of what was said before is in the record.',
  },
  unsupported_language: {
    httpStatus: 400,
    retryable: false,
    meaning: 'The model does not know this language.',
    remedy: 'Choose an allowed language, or ask the operator for another model.',
  },
  unsupported_task: {
    httpStatus: 400,
    retryable: false,
    meaning: 'The model cannot do this with speech.',
    remedy: 'Choose an allowed task, or ask the operator for another model.',
  },
  busy: {
    httpStatus: 503,
    retryable: true,
    meaning: 'The server is at its limit: a new session would get its text too late.',
    remedy: 'Connect again in some seconds, with backoff.',
  },
  too_many_sessions: {
    httpStatus: 503,
    retryable: true,
    meaning: 'As many sessions are open as the server is set to allow.',
    remedy: 'Close a session that is not needed, or connect again later, with backoff.',
  },
  origin_not_allowed: {
    httpStatus: 403,
    retryable: false,
    meaning: 'Pages of this origin may not use the server.',
    remedy: 'Ask the operator to add the origin to the allowed ones.',
  },
  host_not_allowed: {
    httpStatus: 403,
    retryable: false,
    meaning: 'The server does not go by the name in the Host header.',
    remedy: 'Use its address, or ask the operator to add the name to the allowed hosts.',
  },
  encryption_required: {
    httpStatus: 403,
    retryable: false,
    meaning: 'The request came over a connection that others can read.',
    remedy: 'Use https and wss.',
  },
  unauthenticated: {
    httpStatus: 401,
    retryable: false,
    meaning: 'The request does not authenticate itself, or its credential is not valid.',
    remedy: 'Send an API key or a token as "Authorization: Bearer ...", a ticket, or log in.',
  },
  credential_expired: {
    httpStatus: 401,
    retryable: false,
    meaning: 'The credential has expired or was revoked.',
    remedy: 'Get a new one; a session goes on if it is resumed by the same identity.',
  },
  ticket_invalid: {
    httpStatus: 401,
    retryable: false,
    meaning: 'The ticket was used before, is too old, or never existed.',
    remedy: 'Get a new ticket right before each connection.',
  },
  login_failed: {
    httpStatus: 401,
    retryable: false,
    meaning: 'The name, the password or the code is wrong, or the user is disabled.',
    remedy: 'Check all three, with the code that the authenticator shows now.',
  },
  code_required: {
    httpStatus: 401,
    retryable: false,
    meaning: 'The password is right, but a code is needed as well.',
    remedy:
      'Send the code that the authenticator shows now, or a recovery code, together with name and password.',
  },
  locked_out: {
    httpStatus: 429,
    retryable: true,
    meaning: 'Too many attempts have failed.',
    remedy: 'Wait for the time in Retry-After, then try again with a valid credential.',
  },
  forbidden: {
    httpStatus: 403,
    retryable: false,
    meaning: 'Your role does not allow this.',
    remedy: 'Ask an administrator for another role.',
  },
  key_not_found: {
    httpStatus: 404,
    retryable: false,
    meaning: 'There is no API key with this id.',
    remedy: 'List the keys and check the id.',
  },
  user_not_found: {
    httpStatus: 404,
    retryable: false,
    meaning: 'There is no user with this id.',
    remedy: 'List the users and check the id.',
  },
  account_not_found: {
    httpStatus: 404,
    retryable: false,
    meaning:
      'Whoever makes this request has no password here: keys, tokens and certificates are managed elsewhere.',
    remedy: 'Log in with name and password, or ask whoever issued the credential.',
  },
  password_wrong: {
    httpStatus: 403,
    retryable: false,
    meaning: 'The current password is wrong.',
    remedy: 'Type the password that you log in with now.',
  },
  password_too_weak: {
    httpStatus: 400,
    retryable: false,
    meaning: 'The new password is too easy to guess, or the one that you have already.',
    remedy: 'Choose a longer one, such as four words that do not belong together.',
  },
  code_wrong: {
    httpStatus: 403,
    retryable: false,
    meaning: 'The code does not belong to the new authenticator.',
    remedy: 'Check that the clock of the authenticator is right, and send the code that it shows now.',
  },
  authenticator_not_offered: {
    httpStatus: 409,
    retryable: false,
    meaning: 'No new authenticator waits to be confirmed, or it has waited for too long.',
    remedy: 'Ask for a new one, and confirm it within ten minutes.',
  },
  authenticator_missing: {
    httpStatus: 409,
    retryable: false,
    meaning: 'Recovery codes replace the codes of an authenticator, and none is set up.',
    remedy: 'Set up an authenticator; recovery codes come with it.',
  },
  voice_enrolment_off: {
    httpStatus: 409,
    retryable: false,
    meaning: 'This server keeps no voices: their enrolment is switched off.',
    remedy: 'Ask the operator to switch it on, if voices may be kept where you work.',
  },
  consent_outdated: {
    httpStatus: 409,
    retryable: false,
    meaning: 'The consent is to another text than the one that is in force.',
    remedy: 'Read the text that is in force, and consent to its version.',
  },
  voice_too_short: {
    httpStatus: 422,
    retryable: false,
    meaning: 'There is too little speech in the recording to know a voice by.',
    remedy: 'Record about 20 seconds of your own speech, without long pauses, in a quiet room.',
  },
  voice_not_one: {
    httpStatus: 422,
    retryable: false,
    meaning: 'The recording sounds like more than one voice, or like one in changing noise.',
    remedy: 'Record yourself alone, in a quiet room, at the same distance from the microphone.',
  },
  name_taken: {
    httpStatus: 409,
    retryable: false,
    meaning: 'A user has this name already.',
    remedy: 'Choose another name, or reset the user who has it.',
  },
  template_not_found: {
    httpStatus: 404,
    retryable: false,
    meaning: 'There is no template with this id, or it is not yours.',
    remedy: 'List the templates and check the id.',
  },
  template_changed: {
    httpStatus: 409,
    retryable: false,
    meaning: 'Somebody has changed the template since you read it.',
    remedy: 'Read it again and change what is there now.',
  },
  settings_changed: {
    httpStatus: 409,
    retryable: false,
    meaning: 'Your settings were changed elsewhere since they were read.',
    remedy: 'Read them again and change what is there now.',
  },
  template_name_taken: {
    httpStatus: 409,
    retryable: false,
    meaning: 'Another template has a name that is said in the same way.',
    remedy: 'Choose another name, or change that template.',
  },
  too_many_templates: {
    httpStatus: 409,
    retryable: false,
    meaning: 'There are as many templates as can be told apart by voice.',
    remedy: 'Delete some that are not used.',
  },
  key_term_not_found: {
    httpStatus: 404,
    retryable: false,
    meaning: 'The tenant has no key term with this text of its own.',
    remedy: 'List the key terms and check the text; those of the server are changed by its operator.',
  },
  key_terms_fixed: {
    httpStatus: 409,
    retryable: false,
    meaning: 'The server cannot write the key terms of this tenant.',
    remedy:
      'The operator sets keyTermsDirectory to a folder that the server may write, mends the files in it, or changes the terms there.',
  },
  malformed_request: {
    httpStatus: 400,
    retryable: false,
    meaning: 'What was received is not an HTTP request.',
    remedy: 'Check that the client speaks HTTP/1.1, over TLS where the server does.',
  },
  headers_too_large: {
    httpStatus: 431,
    retryable: false,
    meaning: 'The head of the request is larger than the server takes.',
    remedy: 'Send fewer or shorter headers and cookies.',
  },
  request_timeout: {
    httpStatus: 408,
    retryable: true,
    meaning: 'The request took too long to arrive.',
    remedy: 'Send it at once and as a whole.',
  },
  request_too_large: {
    httpStatus: 413,
    retryable: false,
    meaning: 'The body of the request is larger than the server takes.',
    remedy: 'Send only the fields that are described.',
  },
  too_many_chunks: {
    httpStatus: 400,
    retryable: false,
    meaning: 'The body of the request comes in more chunks than its size explains.',
    remedy: 'Send it as a whole, or in chunks of a kilobyte or more.',
  },
  json_expected: {
    httpStatus: 415,
    retryable: false,
    meaning: 'The body of the request is not JSON.',
    remedy: 'Send one JSON object with the content type application/json.',
  },
  idle_timeout: {
    httpStatus: 408,
    retryable: true,
    meaning: 'Nothing was received for too long.',
    remedy: 'Send audio or keepalive more often, or connect again when there is audio.',
  },
  slow_reader: {
    retryable: true,
    meaning: 'Messages to the client pile up because it does not read them.',
    remedy: 'Read from the socket while sending to it.',
  },
  draining: {
    httpStatus: 503,
    retryable: true,
    meaning: 'The server is shutting down and takes no more audio.',
    remedy: 'Connect again, with backoff.',
  },
  audio_lost: {
    retryable: true,
    meaning: 'Recognition of some audio failed after all retries, so its text is missing.',
    remedy: 'Send that audio again if it is still there; the session goes on.',
  },
  internal_error: {
    httpStatus: 500,
    retryable: true,
    meaning: 'The server failed.',
    remedy: 'Try again; if it keeps failing, tell the operator the time of the failure.',
  },
  not_found: {
    httpStatus: 404,
    retryable: false,
    meaning: 'There is nothing at this path.',
    remedy: 'Check the path and the method.',
  },
  upgrade_expected: {
    httpStatus: 426,
    retryable: false,
    meaning: 'This address takes WebSockets only.',
    remedy:
      'Connect with ws:// or wss://; where a client does that already, a proxy on the way does not forward upgrades.',
  },
  invalid_request: {
    httpStatus: 400,
    retryable: false,
    meaning: 'The value is missing or not allowed.',
    remedy: 'Correct it and send the request again.',
  },
  unsupported_event: {
    retryable: false,
    meaning: 'Another service understands this event; this server only transcribes.',
    remedy: 'Send only the events that are allowed, as text.',
  },
  unsupported_session_type: {
    httpStatus: 400,
    retryable: false,
    meaning: 'Nobody answers in a session of this server: it only transcribes.',
    remedy: 'Set the type to "transcription", or leave it out.',
  },
  input_audio_buffer_commit_empty: {
    retryable: false,
    meaning: 'Less than 100 ms of audio have come since the last commit.',
    remedy: 'Append more audio before it is committed.',
  },
  parameter_refused: {
    httpStatus: 400,
    retryable: false,
    meaning: 'The server does not do what this parameter asks for, and will not go on as if it did.',
    remedy: 'Leave the parameter out.',
  },
  base_url_incomplete: {
    httpStatus: 404,
    retryable: false,
    meaning: 'There is nothing at this path, but there is at the same path below /v1.',
    remedy: 'Append /v1 to the base URL that the client is set to.',
  },
  not_offered: {
    httpStatus: 404,
    retryable: false,
    meaning: 'Another service has an interface at this path; this server does not offer it.',
    remedy: 'See docs/compatibility.md for what it offers to clients of other services.',
  },
  model_not_found: {
    httpStatus: 404,
    retryable: false,
    meaning: 'There is no model with this name.',
    remedy:
      'Choose one of the list; recordings and sessions may ask for any name, and get the model that runs.',
  },
  form_expected: {
    httpStatus: 415,
    retryable: false,
    meaning: 'The request is not a form with a file.',
    remedy: 'Send multipart/form-data with the recording in the field "file".',
  },
  broken_upload: {
    httpStatus: 400,
    retryable: true,
    meaning: 'The upload broke off or is not a well-formed form, so nothing of it was kept.',
    remedy: 'Send the whole form again.',
  },
  upload_too_large: {
    httpStatus: 413,
    retryable: false,
    meaning: 'The upload is larger than the server takes.',
    remedy: 'Encode the recording as FLAC, MP3 or Opus, or send it in parts.',
  },
  unreadable_audio: {
    httpStatus: 422,
    retryable: false,
    meaning: 'The recording is empty, holds no sound or cannot be decoded.',
    remedy: 'Check that it plays, and copy it again from where it was recorded.',
  },
  unsupported_audio: {
    httpStatus: 415,
    retryable: false,
    meaning: 'The file is not a recording of a kind that this server reads.',
    remedy:
      'Send WAV, FLAC, MP3, Ogg/Opus, Ogg/Vorbis or WebM/Opus; most others can be read once ffmpeg is installed.',
  },
  recording_too_long: {
    httpStatus: 413,
    retryable: false,
    meaning: 'The recording is longer than the server takes.',
    remedy: 'Cut it into parts and send them one by one.',
  },
  decoding_too_costly: {
    httpStatus: 422,
    retryable: false,
    meaning: 'Decoding the recording takes more time or memory than suits its length.',
    remedy: 'Convert it to another format, such as WAV or FLAC, and send that.',
  },
  decoder_failed: {
    httpStatus: 500,
    retryable: true,
    meaning: 'The recording made its decoder fail; nothing else was touched by that.',
    remedy: 'Convert it to another format, such as WAV or FLAC, and send that.',
  },
  storage_full: {
    httpStatus: 507,
    retryable: true,
    meaning: 'There is no room on the disk of the server to keep the recording.',
    remedy: 'Try again later, or ask the operator to make room.',
  },
  too_many_transcriptions: {
    httpStatus: 503,
    retryable: true,
    meaning: 'As many recordings wait for their transcription as the server is set to keep.',
    remedy: 'Try again after the time in Retry-After, with backoff.',
  },
  transcription_not_found: {
    httpStatus: 404,
    retryable: false,
    meaning: 'There is no transcription with this id: it never existed, was deleted, or has expired.',
    remedy: 'Check the id, or send the recording again.',
  },
  transcription_not_done: {
    httpStatus: 409,
    retryable: true,
    meaning: 'The transcription is not done yet.',
    remedy: 'Ask again after the time in Retry-After, or look at its progress.',
  },
  transcription_failed: {
    httpStatus: 409,
    retryable: false,
    meaning: 'The transcription failed, so there is no result.',
    remedy: 'Read the error of the transcription.',
  },
  transcription_cancelled: {
    httpStatus: 409,
    retryable: false,
    meaning: 'The transcription was cancelled, so there is no result.',
    remedy: 'Send the recording again if its text is wanted after all.',
  },
  transcription_gave_up: {
    httpStatus: 500,
    retryable: false,
    meaning:
      'Servers went down again and again while they transcribed this recording, so it is not tried again.',
    remedy: 'Tell the operator, and send the recording in another format.',
  },
  transcription_outdated: {
    httpStatus: 500,
    retryable: false,
    meaning: 'The transcription was ordered with settings that this version of the server does not know.',
    remedy: 'Send the recording again.',
  },
  stored_audio_damaged: {
    httpStatus: 500,
    retryable: false,
    meaning: 'The recording that was kept to be transcribed is missing or damaged.',
    remedy: 'Send the recording again, and tell the operator.',
  },
  recognition_failed: {
    httpStatus: 500,
    retryable: true,
    meaning: 'Recognition of some of the recording failed after all retries.',
    remedy: 'Send the recording again.',
  },
  not_acceptable: {
    httpStatus: 406,
    retryable: false,
    meaning: 'The result is not written in any of the types that the request accepts.',
    remedy: 'Name a format in the query, or accept one of the allowed types.',
  },
  records_unavailable: {
    httpStatus: 503,
    retryable: true,
    meaning:
      'The server cannot write its records or its audit log now, so it begins nothing that it could not record.',
    remedy: 'Try again in some seconds, with backoff; if it stays, tell the operator.',
  },
  record_failed: {
    httpStatus: 500,
    retryable: true,
    meaning: 'A final could not be recorded for good, so it was not sent.',
    remedy: 'Open a new session and send the audio that is not final yet again; tell the operator.',
  },
  record_not_found: {
    httpStatus: 404,
    retryable: false,
    meaning: 'There is no record with this id: it never was, or it was destroyed.',
    remedy: 'Check the id.',
  },
  range_not_satisfiable: {
    httpStatus: 416,
    retryable: false,
    meaning: 'The part that the header Range asks for begins behind the end.',
    remedy: 'Ask for bytes that are there, or leave the header out.',
  },
  session_not_open: {
    httpStatus: 404,
    retryable: false,
    meaning: 'There is no open session with this id: it has ended, or never was.',
    remedy: 'List the open sessions again.',
  },
  session_out_of_reach: {
    httpStatus: 503,
    retryable: true,
    meaning: 'Another server holds the session, and cannot be asked to end it.',
    remedy: 'Try again in some seconds, or ask that server itself.',
  },
  record_on_hold: {
    httpStatus: 409,
    retryable: false,
    meaning: 'The record is under legal hold, so it cannot be deleted.',
    remedy: 'Release the hold first, if you may.',
  },
  record_open: {
    httpStatus: 409,
    retryable: true,
    meaning: 'The session is still open, so its record cannot be deleted.',
    remedy: 'Try again when the session has ended.',
  },
  key_copy_unavailable: {
    httpStatus: 503,
    retryable: true,
    meaning:
      'The key of the record cannot be taken out of a copy that backups are read with, so its deletion is not done.',
    remedy:
      'Try again in some seconds, with backoff; if it stays, tell the operator. Once the record is not found any more, the server takes its key out of the copy by itself.',
  },
  record_changed: {
    httpStatus: 409,
    retryable: false,
    meaning: 'Somebody has corrected this final since the version that the correction is for.',
    remedy: 'Read the record again and correct its newest version.',
  },
  record_damaged: {
    httpStatus: 500,
    retryable: false,
    meaning: 'The record is not what was written: it was damaged or tampered with.',
    remedy: 'Tell the operator, who can restore a backup and verify the audit log.',
  },
  not_ready: {
    httpStatus: 503,
    retryable: true,
    meaning: 'The server is starting and cannot transcribe yet.',
    remedy: 'Try again in some seconds.',
  },
} as const satisfies Record<string, ErrorRow>;

/** The stable name of an error. */
export type ErrorCode = keyof typeof table;

/** All error codes, in the order of the table. */
export const errorCodes = Object.keys(table) as readonly ErrorCode[];

/** The one table of errors: what each code means, how it travels and what to do about it. */
export const errorTable = Object.fromEntries(
  errorCodes.map((code) => [code, definitionOf(code)]),
) as Readonly<Record<ErrorCode, ErrorDefinition>>;

function definitionOf(code: ErrorCode): ErrorDefinition {
  const row: ErrorRow = table[code];
  const end = endByError(code);
  return end === undefined ? row : { ...row, closeCode: end.code };
}
