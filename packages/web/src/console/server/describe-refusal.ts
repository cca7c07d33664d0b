import { msg, str } from '@lit/localize';
import type { Refusal } from '../../page/server/ask.js';

/** Why the server refused something in the console, and what to do. */
export function describeRefusal(refusal: Refusal): string {
  if (refusal.kind === 'unreachable') return describeUnreachable();
  const { code, message } = refusal;
  // It names the field and the limit where that can be said in the language that is shown.
  if (code === 'invalid_request') return message;
  return sentenceOf(code) ?? msg(str`${message} If it stays so, tell whoever runs the server: ${code}.`);
}

/** What is said where the server does not answer. */
export function describeUnreachable(): string {
  return msg('The server cannot be reached. Check the network, then try again.');
}

function sentenceOf(code: string): string | undefined {
  switch (code) {
    case 'unauthorized':
      return msg('Your login has ended. Log in again.');
    case 'forbidden':
      return msg('Your role does not allow this. Ask an administrator if it should.');
    case 'record_not_found':
      return msg(
        'There is no such session, or it is not yours to see. It may have been deleted: go back to the list.',
      );
    case 'record_damaged':
      return msg(
        'This record was changed by something other than the server, so it is not shown. Tell an administrator.',
      );
    case 'record_changed':
      return msg(
        'Somebody else has corrected this meanwhile. Your text is still here: compare it with theirs, then save it again.',
      );
    case 'record_on_hold':
      return msg(
        'The session is under legal hold, so it cannot be deleted. An administrator can release it.',
      );
    case 'record_open':
      return msg('The session is still open. Wait until it has ended.');
    case 'key_copy_unavailable':
      return msg(
        'A copy of its key cannot be reached at the moment, so it was not deleted. Try again later.',
      );
    case 'name_taken':
      return msg('Somebody has this name already. Choose another one.');
    case 'user_not_found':
      return msg('This person is no longer there. The list is fetched anew.');
    case 'key_not_found':
      return msg('This key is no longer there. The list is fetched anew.');
    case 'session_not_open':
      return msg('This session has ended already.');
    case 'session_out_of_reach':
      return msg('The server that holds this session cannot be asked at the moment. Try again in a minute.');
    case 'key_term_not_found':
      return msg('This term is no longer there. The list is fetched anew.');
    case 'key_terms_fixed':
      return msg('The server cannot write its files of terms. Tell whoever runs it.');
    case 'internal_error':
      return msg('Something went wrong on the server. Try again; if it stays so, tell whoever runs it.');
    default:
      return undefined;
  }
}
