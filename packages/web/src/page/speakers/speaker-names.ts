import type { SpeakerRole, SpeakerWords } from '@auscult/client';
import { msg, str } from '@lit/localize';

/** The roles of speakers, in the order in which they are offered. */
export const ROLES = ['clinician', 'patient', 'other'] as const satisfies readonly SpeakerRole[];

/** What a role is called where a person chooses one. */
export function roleName(role: SpeakerRole): string {
  switch (role) {
    case 'clinician':
      return msg('Clinician');
    case 'patient':
      return msg('Patient');
    case 'other':
      return msg('Somebody else');
  }
}

/** What speakers are called whom nobody has named. */
export function speakerWords(): SpeakerWords {
  return {
    clinician: roleName('clinician'),
    patient: roleName('patient'),
    unknown: msg('Unknown speaker'),
    numbered: (number) => msg(str`Speaker ${number}`),
  };
}
