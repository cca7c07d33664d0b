import { msg } from '@lit/localize';
import type { RecordFormat, SessionState, SessionSummary } from './sessions-api.js';

/** Whose session it is. */
export function personOf({ owner, ownerName }: Pick<SessionSummary, 'owner' | 'ownerName'>): string {
  return ownerName ?? owner;
}

/** How a session was sent, in words. */
export function kindOf({ kind }: Pick<SessionSummary, 'kind'>): string {
  return kind === 'live' ? msg('Live') : msg('Recording');
}

/** What has become of a session, in words. */
export function stateOf({ state, endedAt }: SessionSummary): string {
  return describeState(state ?? (endedAt === undefined ? 'open' : 'ended'));
}

/** A state in words. */
export function describeState(state: SessionState): string {
  switch (state) {
    case 'open':
      return msg('Open');
    case 'ended':
      return msg('Ended');
    case 'interrupted':
      return msg('Interrupted');
  }
}

/** What a format of files is called. */
export function formatName(format: RecordFormat): string {
  switch (format) {
    case 'text':
      return msg('Text');
    case 'json':
      return msg('JSON, with all words and times');
    case 'srt':
      return msg('Subtitles (SRT)');
    case 'vtt':
      return msg('Subtitles (WebVTT)');
    case 'fhir':
      return msg('FHIR document');
  }
}

/** The end of the name of such a file. */
export const FILE_ENDINGS: Readonly<Record<RecordFormat, string>> = {
  text: 'txt',
  json: 'json',
  srt: 'srt',
  vtt: 'vtt',
  fhir: 'fhir.json',
};
