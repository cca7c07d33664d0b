import { msg } from '@lit/localize';

/** Something differs from what was asked for, but the recording goes on. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** A warning in words for people; one that the page does not know stays as it is. */
export function describeWarning({ code, message }: Warning): Warning {
  return { code, message: SENTENCES[code]?.() ?? message };
}

/** Replaces messages of the server that are written for programs, in English. */
const SENTENCES: Readonly<Partial<Record<string, () => string>>> = {
  key_terms_ignored: () => msg('Some key terms are left out; the others count. Check how they are written.'),
  key_terms_common: () =>
    msg('Key terms that are everyday words are left out. Add the whole phrase that they stand in instead.'),
  encoded_audio: () => msg('What the microphone sends cannot be understood. Reload the page.'),
  wave_header: () => msg('The recording begins with a click. It can be ignored.'),
  falling_behind: () => msg('The server is slow just now, so words come late. None are lost.'),
  messages_throttled: () => msg('The server is slow just now, so words come late. None are lost.'),
  journal_unavailable: () =>
    msg(
      'If the server failed now, words that are not shown yet would be lost. Go on, but keep an eye on the text, and tell the operator.',
    ),
  refine_too_long: () => msg('The recording is too long to be heard a second time. The text stays as it is.'),
  refine_unavailable: () => msg('The recording will not be heard a second time. The text stays as it is.'),
  refine_failed: () => msg('The recording could not be heard a second time. The text stays as it is.'),
  refined_too_large: () => msg('The recording could not be heard a second time. The text stays as it is.'),
  speakers_not_continued: () => msg('It is no longer known who the speakers were before. Name them again.'),
};
