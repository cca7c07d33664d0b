import type { UserSecrets } from '../../access/user-secrets.js';

/** The secrets with which somebody logs in, for a terminal. */
export function secretLines({ password, codeSetup }: UserSecrets): string {
  const authenticator = codeSetup === undefined ? '' : `authenticator  ${codeSetup}\n`;
  return `password       ${password}\n${authenticator}`;
}
