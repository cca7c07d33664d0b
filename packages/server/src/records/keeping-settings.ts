/** What is kept of sessions, and which server holds them. */
export interface KeepingSettings {
  /** Version of the server, kept with each session. */
  readonly serverVersion: string;
  /** Whether finals are kept; if not, it is only logged that there was a session. */
  readonly keepsFinals: boolean;
  readonly keepsAudio: boolean;
  /** Names this server in the sessions that it opens, see `leaseSessions`. */
  readonly serverId: string;
}
