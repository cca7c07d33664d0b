import { msg } from '@lit/localize';
import type { TemplateResult } from 'lit';
import { describeRole } from '../../page/login/describe-role.js';
import { choiceField, textField, typedIn } from '../elements/form-fields.js';
import { ROLES } from './people-api.js';

/** The field for a role. */
export function roleField(chosen = 'clinician'): TemplateResult {
  return choiceField(
    'role',
    msg('Role'),
    ROLES.map((role) => [role, describeRole(role).name] as const),
    chosen,
  );
}

/** The field for groups. */
export function groupsField(groups: readonly string[] = []): TemplateResult {
  return textField('groups', msg('Groups'), {
    ...{ maxLength: 2000, value: groups.join(', ') },
    hint: msg('With commas between them. Supervisors read the sessions of their own groups.'),
  });
}

/** The role and the groups that were typed. */
export function typedRole(typed: FormData): { readonly role: string; readonly groups: readonly string[] } {
  const groups = (typedIn(typed, 'groups') ?? '').split(',').map((group) => group.trim());
  return { role: typedIn(typed, 'role') ?? '', groups: [...new Set(groups.filter((group) => group !== ''))] };
}
