import { msg } from '@lit/localize';

/** A role as the page shows it. */
export interface RoleDescription {
  readonly name: string;
  /** For roles that do not transcribe: what they are for instead, and where that is done. */
  readonly instead: string | undefined;
}

/** A role in plain words. One that the page does not know has the server's name. */
export function describeRole(role: string): RoleDescription {
  switch (role) {
    case 'clinician':
      return { name: msg('Clinician'), instead: undefined };
    case 'supervisor':
      return { name: msg('Supervisor'), instead: undefined };
    case 'service':
      return { name: msg('Service', { desc: 'A role, for programs' }), instead: undefined };
    case 'administrator':
      return {
        name: msg('Administrator'),
        instead: msg(
          'Administrators manage people, keys and settings, and read nothing that patients say. That is done with “auscult users” and “auscult keys” on the server, or with its HTTP interface.',
        ),
      };
    case 'auditor':
      return {
        name: msg('Auditor'),
        instead: msg(
          'Auditors read the audit log, and nothing that patients say. That is done with “auscult audit verify” and “auscult audit export” on the server.',
        ),
      };
    default:
      return { name: role, instead: undefined };
  }
}
