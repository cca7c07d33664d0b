import { msg } from '@lit/localize';

/** The first parts of the names of actions, by which the log is searched. */
export const ACTION_GROUPS = [
  'session',
  'record',
  'access',
  'login',
  'user',
  'key',
  'account',
  'voice',
  'retention',
  'backup',
  'audit',
  'key-terms',
  'configuration',
  'master-key',
  'server',
] as const;
type ActionGroup = (typeof ACTION_GROUPS)[number];

/** What such actions have in common. */
export function describeActionGroup(group: ActionGroup): string {
  switch (group) {
    case 'session':
      return msg('Recording');
    case 'record':
      return msg('Reading and changing sessions');
    case 'access':
      return msg('Access that was refused or granted');
    case 'login':
      return msg('Logging in');
    case 'user':
      return msg('People');
    case 'key':
      return msg('API keys');
    case 'account':
      return msg('Own accounts');
    case 'voice':
      return msg('Voices');
    case 'retention':
      return msg('Retention');
    case 'backup':
      return msg('Backups');
    case 'audit':
      return msg('The audit log itself');
    case 'key-terms':
      return msg('Key terms');
    case 'configuration':
      return msg('Settings of the server');
    case 'master-key':
      return msg('Master keys');
    case 'server':
      return msg('Starts and stops');
  }
}
