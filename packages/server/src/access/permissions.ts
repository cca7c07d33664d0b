import type { GrantableRole, Identity, Ownership, Role } from './identity.js';

/** What a role may act on: nothing, what it made itself, also what its groups made, or everything of its tenant. */
export type Scope = 'none' | 'own' | 'group' | 'tenant';

/** Who may do something. What is not here is denied; `anyone` needs no identity. */
type Row = 'anyone' | Readonly<Partial<Record<GrantableRole, Exclude<Scope, 'none'>>>>;

const everybody = {
  clinician: 'own',
  supervisor: 'own',
  auditor: 'own',
  administrator: 'own',
  service: 'own',
} as const;
const whoeverSpeaks = { clinician: 'own', supervisor: 'own', service: 'own' } as const;
const whoeverReads = { clinician: 'own', supervisor: 'group', service: 'own' } as const;

const table = {
  'page.read': 'anyone',
  'description.read': 'anyone',
  /** Asks for what clients of other services look for at a path where it is not. */
  'absence.read': 'anyone',
  'health.read': 'anyone',
  /** As `health.read`, also over an unencrypted connection: probes come from the machine itself or one beside it. */
  'health.probe': 'anyone',
  'login.start': 'anyone',

  'login.end': everybody,
  'identity.read': everybody,
  'account.read': everybody,
  'account.change': everybody,
  'voice.read': everybody,
  /** Only people have a voice of their own: the same key of a service speaks for many. */
  'voice.enrol': { clinician: 'own', supervisor: 'own' },
  'voice.delete': everybody,

  'template.list': { ...whoeverSpeaks, administrator: 'own' },
  'template.change': { ...whoeverSpeaks, administrator: 'own' },
  /** Changes the templates that everybody of the tenant has. */
  'template.share': { administrator: 'tenant' },

  'ticket.create': whoeverSpeaks,
  'client-secret.create': whoeverSpeaks,
  'live.open': whoeverSpeaks,
  'live.speak': whoeverSpeaks,
  'live.resume': whoeverSpeaks,

  /** Sees which live sessions are open, and nothing of what is said in them. */
  'session.watch': { supervisor: 'group', administrator: 'tenant' },
  /** Ends somebody else's live session. */
  'session.stop': { administrator: 'tenant' },

  'transcription.create': whoeverSpeaks,
  'transcription.list': whoeverReads,
  'transcription.read': whoeverReads,
  'transcription.delete': whoeverSpeaks,
  'transcript.read': whoeverReads,
  'model.list': whoeverSpeaks,

  /** Lists records without reading them: whoever puts one on hold has to find it. */
  'record.list': { ...whoeverReads, administrator: 'tenant' },
  'record.read': whoeverReads,
  'record.export': whoeverReads,
  'record.correct': { clinician: 'own', supervisor: 'group' },
  'record.delete': { clinician: 'own', supervisor: 'group', service: 'own' },
  /** Reads somebody else's record in an emergency. */
  'record.break-glass': { clinician: 'tenant', supervisor: 'tenant' },
  'record.hold': { administrator: 'tenant' },
  'retention.manage': { administrator: 'tenant' },
  /** Destroys at once what would be destroyed within an hour anyway. */
  'retention.run': { administrator: 'tenant' },

  'audit.read': { auditor: 'tenant' },
  'audit.verify': { auditor: 'tenant' },
  'audit.export': { auditor: 'tenant' },
  'health.details': { auditor: 'tenant', administrator: 'tenant' },
  'metrics.read': { auditor: 'tenant', administrator: 'tenant', service: 'tenant' },

  'key.create': { administrator: 'tenant' },
  'key.list': { administrator: 'tenant' },
  'key.revoke': { administrator: 'tenant' },
  'user.create': { administrator: 'tenant' },
  'user.change': { administrator: 'tenant' },
  'user.list': { administrator: 'tenant' },
  'user.disable': { administrator: 'tenant' },
  'user.reset': { administrator: 'tenant' },
  'group.list': { administrator: 'tenant' },
  'key-terms.read': { supervisor: 'tenant', administrator: 'tenant' },
  /** Changes the terms of the tenant; those of the server are for its operator. */
  'key-terms.change': { administrator: 'tenant' },
} as const satisfies Record<string, Row>;

/** Something that can be done. */
export type Action = keyof typeof table;

/** The one table of permissions: every action, and who may do it to what. */
export const permissions: Readonly<Record<Action, Row>> = table;

/** All actions, in the order of the table. */
export const actions = Object.keys(table) as readonly Action[];

/** Whether `action` needs no identity. */
export function isOpenToAnyone(action: Action): boolean {
  return permissions[action] === 'anyone';
}

/** What `role` may do `action` to. A person alone on their own machine may do everything. */
export function scopeOf(action: Action, role: Role): Scope {
  const row = permissions[action];
  if (row === 'anyone' || role === 'local') return 'tenant';
  return row[role] ?? 'none';
}

/** Everything that `role` may do that needs an identity, and to what. */
export function permissionsOf(role: Role): Readonly<Partial<Record<Action, Exclude<Scope, 'none'>>>> {
  const scopes = actions.flatMap((action) => {
    const scope = scopeOf(action, role);
    return isOpenToAnyone(action) || scope === 'none' ? [] : [[action, scope] as const];
  });
  return Object.fromEntries(scopes);
}

/** Whether `identity` may do `action` to something with this `ownership`. Nobody ever reaches into another tenant. */
export function isPermitted(action: Action, identity: Identity, ownership: Ownership): boolean {
  if (ownership.tenant !== identity.tenant) return false;
  const isOwn = ownership.owner === identity.subject;
  switch (scopeOf(action, identity.role)) {
    case 'none':
      return false;
    case 'own':
      return isOwn;
    case 'group':
      return isOwn || ownership.groups.some((group) => identity.groups.includes(group));
    case 'tenant':
      return true;
  }
}
