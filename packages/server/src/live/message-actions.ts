import type { ClientMessageType } from '@auscult/protocol';
import type { Action } from '../access/permissions.js';

/** What each message of a client does, a row of the table of permissions; `binary` is a frame of audio. */
export const messageActions: Readonly<Record<ClientMessageType | 'binary', Action>> = {
  binary: 'live.speak',
  audio: 'live.speak',
  configure: 'live.speak',
  stop: 'live.speak',
  finalize: 'live.speak',
  keepalive: 'live.speak',
  resume: 'live.resume',
};
