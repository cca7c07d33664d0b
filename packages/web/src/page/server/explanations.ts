import type { ProblemCode } from '@auscult/client';
import { msg } from '@lit/localize';
import { language } from '../../localize/language.js';

/**
 * What went wrong and what a person can do, in the language that is shown.
 *
 * @param code of the server or the SDK
 * @param said the sentence that came with it, which is in English
 * @returns that sentence if the page does not know the code
 */
export function explain(code: string, said: string): string {
  if (language() === 'en' && NAMES_A_LIMIT.includes(code)) return said;
  if (FOR_PROGRAMS.includes(code)) return notUnderstood();
  return EXPLANATIONS[code as ProblemCode]?.() ?? said;
}

/** Codes whose English sentence from the server also names the field or the limit, which is more than can be said without it. */
const NAMES_A_LIMIT: readonly string[] = [
  'invalid_request',
  'upload_too_large',
  'recording_too_long',
  'unsupported_audio',
  'unsupported_language',
] satisfies readonly ProblemCode[];

/** Codes of what only a fault of the page or of something on the way can cause. */
export const FOR_PROGRAMS: readonly string[] = [
  'malformed_json',
  'object_expected',
  'too_deeply_nested',
  'unknown_type',
  'invalid_message',
  'invalid_base64',
  'odd_audio_length',
  'sample_rate_out_of_range',
  'container_unknown',
  'container_broken',
  'frame_too_large',
  'too_many_bad_messages',
  'configure_too_late',
  'invalid_command',
  'resume_misplaced',
  'unsupported_task',
  'malformed_request',
  'headers_too_large',
  'request_too_large',
  'too_many_chunks',
  'json_expected',
  'form_expected',
  'not_found',
  'upgrade_expected',
  'unsupported_event',
  'unsupported_session_type',
  'input_audio_buffer_commit_empty',
  'parameter_refused',
  'base_url_incomplete',
  'not_offered',
  'model_not_found',
  'not_acceptable',
  'range_not_satisfiable',
  'invalid_options',
  'misused',
] satisfies readonly ProblemCode[];

function notUnderstood(): string {
  return msg(
    'The page and the server do not understand each other. Reload the page; if it stays so, tell the operator.',
  );
}

const EXPLANATIONS: Readonly<Partial<Record<ProblemCode, () => string>>> = {
  microphone_denied: () =>
    msg(
      'Click the symbol beside the address of this page, allow the microphone, and try again. If it stays so, look for the microphone in the privacy settings of the device.',
    ),
  microphone_missing: () =>
    msg('There is no such microphone. Plug one in or choose another, then try again.'),
  microphone_busy: () =>
    msg(
      'The microphone does not answer. Close other programs that use it, such as video calls, then try again.',
    ),
  microphone_lost: () =>
    msg('The microphone is gone. Plug it in again or choose another; what was said before is kept.'),
  microphones_unsupported: () =>
    msg(
      'This page cannot use microphones. Open it over https or on the computer of the server, in a current browser.',
    ),
  worklet_missing: () => msg('A part of this page could not be loaded. Check the network, then try again.'),
  connection_lost: () =>
    msg(
      'The server cannot be reached. What is said is kept and sent as soon as it answers; check the network.',
    ),
  wrong_address: () =>
    msg('Nothing at this address understands the page. Check the address, or ask the operator.'),
  upgrade_blocked: () =>
    msg(
      'The server answers, but something on the way does not let speech through. Ask the operator to let WebSockets pass. What is said is kept.',
    ),
  unauthorized: () => msg('Reload this page and log in. Copy the transcript first.'),
  unauthenticated: () => msg('The login has ended. Log in again.'),
  credential_expired: () => msg('The login has ended. Log in again.'),
  ticket_invalid: () => msg('The login could not be confirmed. Try again; if it stays so, log in anew.'),
  taken_over: () =>
    msg(
      'This recording goes on in another window or on another device. Stop it there, or start a new one here.',
    ),
  session_taken_over: () =>
    msg(
      'This recording goes on in another window or on another device. Stop it there, or start a new one here.',
    ),
  buffer_full: () =>
    msg(
      'No more audio can be kept until the server answers, so the oldest is lost. Check the network, or stop and start later.',
    ),
  source_failed: () => msg('The microphone failed. What it heard before is transcribed. Try again.'),
  closed: () => msg('The recording was ended before all text had come.'),
  speakers_off: () =>
    msg('In this recording, speakers are not told apart, so there is nothing to correct about them.'),
  correction_refused: () =>
    msg('The record of the server no longer has what you corrected. Reload the page and check it there.'),
  resume_refused: () => msg('The recording could not be continued on the server. Start it again.'),
  decoder_gone: () => msg('The recording could not be continued on the server. Start it again.'),
  unsupported_language: () =>
    msg('The server does not know this language. Choose another, or ask the operator.'),
  ended_by_administrator: () =>
    msg(
      'An administrator has ended this recording. What was said before is in the record; ask them, or start again.',
    ),
  session_not_open: () => msg('This session has ended already.'),
  session_out_of_reach: () =>
    msg('The server that holds this session cannot be asked at the moment. Try again in a minute.'),
  busy: () => msg('The server has no room for another recording just now. Try again in some seconds.'),
  too_many_sessions: () =>
    msg('As many recordings are open as the server allows. End one that is not needed, or try again later.'),
  origin_not_allowed: () =>
    msg('Pages at this address may not use the server. Ask the operator to allow the address.'),
  host_not_allowed: () =>
    msg('The server does not go by the name in the address of this page. Ask the operator which to use.'),
  encryption_required: () => msg('Others could read along on this connection. Open the page with https.'),
  login_failed: () => msg('The name, the password or the code is wrong. Check all three.'),
  code_required: () => msg('The code of the authenticator is needed as well.'),
  locked_out: () => msg('Too many attempts have failed. Wait a while, then try again.'),
  forbidden: () => msg('Your role does not allow this. Ask an administrator for another.'),
  key_not_found: () => msg('This key does not exist any more. Load the list again.'),
  user_not_found: () => msg('This person does not exist any more. Load the list again.'),
  account_not_found: () => msg('You have no password on this server. Ask whoever gave you access to it.'),
  password_wrong: () => msg('The current password is wrong.'),
  password_too_weak: () =>
    msg(
      'The new password is too easy to guess, or the one that you have already. Take at least 12 characters, 5 of them different, without your name.',
    ),
  code_wrong: () =>
    msg(
      'The code is wrong. Check that the clock of the authenticator is right, and type the code that it shows now.',
    ),
  authenticator_not_offered: () => msg('That took longer than ten minutes. Cancel and start again.'),
  authenticator_missing: () => msg('Set up an authenticator first; recovery codes come with it.'),
  voice_enrolment_off: () => msg('This server keeps no voices. Ask the operator, if it should.'),
  consent_outdated: () => msg('The text that you agree to has changed. Read it again.'),
  voice_too_short: () => msg('Too little speech was heard. Speak up, and read without long pauses.'),
  voice_not_one: () => msg('That did not sound like a single voice. Record yourself alone, in a quiet room.'),
  template_not_found: () => msg('This template does not exist any more. Load the list again.'),
  template_changed: () =>
    msg('Somebody else has changed this template meanwhile. Load it again and change what is there now.'),
  template_name_taken: () => msg('Another template is said like this. Choose another name.'),
  too_many_templates: () => msg('There are as many templates as there can be. Delete one first.'),
  settings_changed: () => msg('Your settings were changed in another browser. Reload the page.'),
  key_term_not_found: () => msg('This term is no longer there. Load the list again.'),
  key_terms_fixed: () => msg('The server cannot write its files of terms. Tell whoever runs it.'),
  name_taken: () => msg('Somebody has this name already. Choose another.'),
  request_timeout: () => msg('The network is too slow just now. Try again.'),
  idle_timeout: () =>
    msg('The server has heard nothing for too long and ended the recording. Start it again.'),
  slow_reader: () => msg('This device does not keep up with the text. Close other programs, then try again.'),
  draining: () => msg('The server is being restarted. Try again in some seconds.'),
  audio_lost: () =>
    msg('Some of what was said could not be recognised. Look where words are missing, and say them again.'),
  internal_error: () =>
    msg('The server has failed. Try again; if it keeps failing, tell the operator the time of it.'),
  invalid_request: () => msg('Something that was entered is not accepted. Check it and try again.'),
  broken_upload: () => msg('The upload broke off. Send the file again.'),
  upload_too_large: () =>
    msg('The file is larger than the server takes. Save it as FLAC or MP3, or send it in parts.'),
  unreadable_audio: () =>
    msg('The file is empty, holds no sound or cannot be read. Check that it plays, and copy it again.'),
  unsupported_audio: () =>
    msg('The server does not read files of this kind. Save it as WAV, FLAC, MP3 or Ogg.'),
  recording_too_long: () =>
    msg('The recording is longer than the server takes. Cut it into parts and send them one by one.'),
  decoding_too_costly: () =>
    msg('The file cannot be read as it is. Save it in another format, such as WAV or FLAC.'),
  decoder_failed: () =>
    msg('The file cannot be read as it is. Save it in another format, such as WAV or FLAC.'),
  storage_full: () => msg('The server has no room for the recording. Try again later, or tell the operator.'),
  too_many_transcriptions: () => msg('Too many recordings are waiting already. Try again later.'),
  transcription_not_found: () =>
    msg('The server has this transcription no longer. Send the recording again.'),
  transcription_not_done: () => msg('The transcription is not done yet. Wait a moment.'),
  transcription_failed: () => msg('The transcription failed. Send the recording again.'),
  transcription_cancelled: () =>
    msg('The transcription was cancelled. Send the recording again if you need it.'),
  transcription_gave_up: () =>
    msg(
      'The server failed several times with this recording. Send it in another format, and tell the operator.',
    ),
  transcription_outdated: () => msg('The server was renewed meanwhile. Send the recording again.'),
  stored_audio_damaged: () =>
    msg('The recording was damaged on the server. Send it again, and tell the operator.'),
  recognition_failed: () => msg('Some of the recording could not be recognised. Send it again.'),
  records_unavailable: () =>
    msg(
      'The server cannot write its records now, so it begins nothing. Try again in some seconds; if it stays so, tell the operator.',
    ),
  record_failed: () =>
    msg(
      'Some text could not be recorded for good, so it is not shown. Start again, repeat what is missing, and tell the operator.',
    ),
  record_not_found: () => msg('This record does not exist: it was deleted, or its time was up.'),
  record_on_hold: () =>
    msg('The record is under legal hold, so it cannot be deleted. Release the hold first.'),
  record_open: () => msg('The recording still goes on. Try again when it has ended.'),
  key_copy_unavailable: () =>
    msg('The deletion could not be finished. Try again in some seconds; if it stays so, tell the operator.'),
  record_changed: () =>
    msg('Somebody else has corrected this meanwhile. Load it again and correct what is there now.'),
  record_damaged: () => msg('The record was damaged or changed by somebody who may not. Tell the operator.'),
  not_ready: () => msg('The server is still starting. Try again in some seconds.'),
};
