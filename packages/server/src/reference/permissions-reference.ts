import { GRANTABLE_ROLES } from '../access/identity.js';
import { actions, isOpenToAnyone, scopeOf } from '../access/permissions.js';
import { markdownTable } from './markdown-table.js';
import { withMarkedSection } from './marked-section.js';

/**
 * `text` with the table of permissions between its markers.
 * @throws {TypeError} if it has none.
 */
export function withPermissions(text: string): string {
  const rows = actions.map((action) => [
    `\`${action}\``,
    ...GRANTABLE_ROLES.map((role) => {
      if (isOpenToAnyone(action)) return 'anyone';
      const scope = scopeOf(action, role);
      return scope === 'none' ? '' : scope;
    }),
  ]);
  return withMarkedSection(text, 'permissions', markdownTable(['action', ...GRANTABLE_ROLES], rows));
}
