/** A role as the page shows it. */
export interface RoleDescription {
  readonly name: string;
  /** For roles that do not transcribe: what they are for instead, and where that is done. */
  readonly instead: string | undefined;
}

const ROLES: Readonly<Partial<Record<string, RoleDescription>>> = {
  clinician: { name: 'Clinician', instead: undefined },
  supervisor: { name: 'Supervisor', instead: undefined },
  service: { name: 'Service', instead: undefined },
  administrator: {
    name: 'Administrator',
    instead:
      'Administrators manage people, keys and settings, and read nothing that patients say. That is done with “auscult users” and “auscult keys” on the server, or with its HTTP interface.',
  },
  auditor: {
    name: 'Auditor',
    instead:
      'Auditors read the audit log, and nothing that patients say. That is done with “auscult audit verify” and “auscult audit export” on the server.',
  },
};

/** A role in plain words. One that the page does not know has the server's name. */
export function describeRole(role: string): RoleDescription {
  return ROLES[role] ?? { name: role, instead: undefined };
}
