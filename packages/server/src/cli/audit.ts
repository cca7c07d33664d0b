import { Command } from 'commander';
import { acceptAuditCommand } from './audit/accept.js';
import { exportAuditCommand } from './audit/export.js';
import { publicKeyCommand } from './audit/public-key.js';
import { verifyAuditCommand } from './audit/verify.js';

/** `auscult audit`: who did what, and whether the log of it is whole. */
export function auditCommand(): Command {
  return new Command('audit')
    .description('Verify the log of who did what, and export it.')
    .addCommand(verifyAuditCommand())
    .addCommand(exportAuditCommand())
    .addCommand(publicKeyCommand())
    .addCommand(acceptAuditCommand());
}
