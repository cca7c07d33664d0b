import { msg } from '@lit/localize';

/** What the server is doing, in words. */
export function describeStatus(status: string): string {
  switch (status) {
    case 'healthy':
      return msg('Well');
    case 'starting':
      return msg('Starting');
    case 'unhealthy':
      return msg('No process can recognise speech');
    case 'draining':
      return msg('Being stopped');
    default:
      return status;
  }
}

/** A problem that needs attention, and what to do about it. */
export function describeDegradation(problem: string): string {
  switch (problem) {
    case 'audit-file':
      return msg(
        'The signed ends of the audit log cannot be written to their file. Check the folder and its space.',
      );
    case 'audit-syslog':
      return msg(
        'The signed ends of the audit log do not reach syslog. Check the network and the syslog server.',
      );
    case 'audit-timestamp':
      return msg(
        'The authority that stamps the audit log does not answer. Check the network and its address.',
      );
    case 'audit-anchors-missing':
      return msg('Signed ends of the audit log are missing. Find out who removed them.');
    case 'audit-tampered':
      return msg(
        'The audit log was changed by something other than a server. Keep it as it is, and find out by whom.',
      );
    case 'rows-refused':
      return msg(
        'Rows of the database were changed by something other than a server. They are not used; restore them from a backup.',
      );
    case 'cluster-away':
      return msg('The connection to the other servers is lost. Check NATS and the network.');
    case 'clocks-apart':
      return msg(
        'The clocks of machines are more than five minutes apart. Set them by the same time server.',
      );
    default:
      return problem;
  }
}

/** What a process that recognises speech is doing. */
export function describeWorker(state: string): string {
  switch (state) {
    case 'ready':
      return msg('Ready');
    case 'starting':
      return msg('Starting');
    case 'backing-off':
      return msg('Failed, and is started again soon');
    default:
      return state;
  }
}

/** What is in a folder of the server. */
export function describeFolder(folder: string): string {
  switch (folder) {
    case 'data':
      return msg('Records');
    case 'journal':
      return msg('Journal');
    case 'spool':
      return msg('Audio that waits');
    default:
      return folder;
  }
}
