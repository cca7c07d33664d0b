import type { SpeakerRole } from '@auscult/client';

/** What the roles are called where a person chooses one. */
export const ROLE_NAMES: Readonly<Record<SpeakerRole, string>> = {
  clinician: 'Clinician',
  patient: 'Patient',
  other: 'Somebody else',
};
