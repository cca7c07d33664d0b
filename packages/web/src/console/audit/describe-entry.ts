import { msg, str } from '@lit/localize';
import { showNumber } from '../show/format.js';
import type { AuditEntry } from './audit-api.js';

/** What happened, as a sentence. An action that is not known here has the server's name. */
export function describeEntry(entry: AuditEntry): string {
  const sentence = sentenceOf(entry) ?? msg(str`${whoOf(entry)} did “${entry.action}”.`);
  const { reason } = entry;
  return reason === undefined ? sentence : msg(str`${sentence} Reason: ${reason}.`);
}

/** Who did it, by name where there is one. */
function whoOf({ subject, actorName }: AuditEntry): string {
  if (subject === 'server') return msg('The server');
  if (subject === undefined) return msg('Somebody unknown');
  return actorName ?? subject;
}

function sentenceOf(entry: AuditEntry): string | undefined {
  const [area = ''] = entry.action.split('.');
  return SENTENCES[area]?.(entry, whoOf(entry));
}

type Describe = (entry: AuditEntry, who: string) => string | undefined;

const SENTENCES: Readonly<Partial<Record<string, Describe>>> = {
  login: aboutLogin,
  logout: (_entry, who) => msg(str`${who} logged out.`),
  access: aboutAccess,
  'client-secret': (_entry, who) => msg(str`${who} got a secret for a client.`),
  key: aboutKey,
  user: aboutUser,
  account: aboutAccount,
  voice: aboutVoice,
  session: aboutSession,
  record: aboutRecord,
  retention: aboutRetention,
  backup: aboutBackup,
  audit: aboutAudit,
  verify: aboutVerification,
  'master-key': aboutMasterKey,
  server: aboutServer,
  'key-terms': (_entry, who) => msg(str`${who} changed the key terms.`),
  configuration: () => msg('The settings of the server were changed.'),
  rows: () => msg('Somebody vouched for rows of the database that were written before they were sealed.'),
  row: () => msg('A row of the database was refused: something other than a server has changed it.'),
};

function aboutLogin({ action }: AuditEntry, who: string): string | undefined {
  switch (action) {
    case 'login':
      return msg(str`${who} logged in.`);
    case 'login.code-asked':
      return msg(str`${who} gave the right password and was asked for a code.`);
    case 'login.failed':
      return msg(str`${who} failed to log in.`);
    case 'login.locked':
      return msg(str`${who} was locked out after too many attempts.`);
    case 'login.recovery-code':
      return msg(str`${who} logged in with a recovery code.`);
    default:
      return undefined;
  }
}

function aboutAccess({ action }: AuditEntry, who: string): string | undefined {
  switch (action) {
    case 'access.failed':
      return msg(str`${who} came with credentials that are not valid.`);
    case 'access.denied':
      return msg(str`${who} asked for something that the role does not allow.`);
    case 'access.break-glass':
      return msg(str`${who} opened a session of somebody else in an emergency.`);
    default:
      return undefined;
  }
}

function aboutKey({ action }: AuditEntry, who: string): string | undefined {
  switch (action) {
    case 'key.create':
      return msg(str`${who} created an API key.`);
    case 'key.revoke':
      return msg(str`${who} revoked an API key.`);
    default:
      return undefined;
  }
}

function aboutUser({ action }: AuditEntry, who: string): string | undefined {
  switch (action) {
    case 'user.create':
      return msg(str`${who} created a person.`);
    case 'user.disable':
      return msg(str`${who} disabled a person.`);
    case 'user.reset':
      return msg(str`${who} gave a person a new password.`);
    case 'user.change':
      return msg(str`${who} changed the role or the groups of a person.`);
    default:
      return undefined;
  }
}

function aboutAccount({ action }: AuditEntry, who: string): string | undefined {
  switch (action) {
    case 'account.password':
      return msg(str`${who} changed their password.`);
    case 'account.authenticator':
      return msg(str`${who} set up an authenticator.`);
    case 'account.recovery-codes':
      return msg(str`${who} made new recovery codes.`);
    default:
      return undefined;
  }
}

function aboutVoice({ action }: AuditEntry, who: string): string | undefined {
  switch (action) {
    case 'voice.enrol':
      return msg(str`${who} enrolled their voice.`);
    case 'voice.use':
      return msg(str`The voice of ${who} was recognised in a session.`);
    case 'voice.delete':
      return msg(str`${who} deleted their voice.`);
    default:
      return undefined;
  }
}

function aboutSession({ action }: AuditEntry, who: string): string | undefined {
  switch (action) {
    case 'session.start':
      return msg(str`${who} began a session.`);
    case 'session.end':
      return msg(str`The session of ${who} ended.`);
    case 'session.continue':
      return msg(str`The session of ${who} went on after its connection had broken.`);
    default:
      return undefined;
  }
}

function aboutRecord({ action }: AuditEntry, who: string): string | undefined {
  switch (action) {
    case 'record.list':
      return msg(str`${who} looked through the list of sessions.`);
    case 'record.read':
      return msg(str`${who} read a session.`);
    case 'record.correct':
      return msg(str`${who} corrected a session.`);
    case 'record.refine':
      return msg('The second pass over a session was recorded.');
    case 'record.export':
      return msg(str`${who} exported a session or heard its audio.`);
    case 'record.delete':
      return msg(str`${who} deleted a session.`);
    case 'record.hold':
      return msg(str`${who} put a session under legal hold.`);
    case 'record.release':
      return msg(str`${who} released a session from legal hold.`);
    case 'record.damaged':
      return msg('A session was found to have been changed by something other than a server.');
    default:
      return undefined;
  }
}

function aboutRetention({ action, counts = {} }: AuditEntry, who: string): string | undefined {
  switch (action) {
    case 'retention.destroy': {
      const sessions = counts['sessions'] ?? counts['records'];
      return sessions === undefined
        ? msg('Sessions whose time was over were destroyed.')
        : msg(str`Sessions whose time was over were destroyed: ${showNumber(sessions)}.`);
    }
    case 'retention.run':
      return msg(str`${who} had sessions destroyed whose time was over.`);
    case 'retention.failed':
      return msg('Sessions whose time was over could not be destroyed.');
    default:
      return undefined;
  }
}

function aboutBackup({ action }: AuditEntry, who: string): string | undefined {
  switch (action) {
    case 'backup.create':
      return msg(str`${who} made a backup.`);
    case 'backup.restore':
      return msg(str`${who} restored a backup.`);
    default:
      return undefined;
  }
}

function aboutAudit({ action }: AuditEntry, who: string): string | undefined {
  switch (action) {
    case 'audit.read':
      return msg(str`${who} read the audit log.`);
    case 'audit.verify':
      return msg(str`${who} verified the audit log.`);
    case 'audit.export':
      return msg(str`${who} exported the audit log.`);
    case 'audit.sign':
      return msg('The end of the audit log was signed.');
    case 'audit.accept':
      return msg(str`${who} accepted the audit log as it is.`);
    case 'audit.anchors-missing':
      return msg('Signed ends of the audit log are missing.');
    case 'audit.anchor-failed':
      return msg('A signed end of the audit log could not be taken outside.');
    case 'audit.anchor-recovered':
      return msg('Signed ends of the audit log are taken outside again.');
    default:
      return undefined;
  }
}

function aboutVerification({ action }: AuditEntry): string | undefined {
  switch (action) {
    case 'verify.damaged':
      return msg('The verification of everything that is kept found something damaged.');
    case 'verify.pass':
      return msg('Everything that is kept was verified once.');
    default:
      return undefined;
  }
}

function aboutMasterKey({ action }: AuditEntry, who: string): string | undefined {
  switch (action) {
    case 'master-key.create':
      return msg(str`${who} created a master key.`);
    case 'master-key.rotate':
      return msg(str`${who} replaced the master key.`);
    default:
      return undefined;
  }
}

function aboutServer({ action }: AuditEntry): string | undefined {
  switch (action) {
    case 'server.start':
      return msg('The server was started.');
    case 'server.stop':
      return msg('The server was stopped.');
    default:
      return undefined;
  }
}
