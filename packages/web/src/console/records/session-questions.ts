import { msg, str } from '@lit/localize';
import { html } from 'lit';
import type { Question } from '../elements/confirm-dialog.js';
import { textField, typedIn } from '../elements/form-fields.js';
import type { Answer } from '../../page/server/ask.js';
import type { Server } from '../server/server.js';
import { showTime } from '../show/format.js';
import { breakGlass, deleteSession, holdSession, type SessionSummary } from './sessions-api.js';

/** Asked before a session is put under legal hold, or released. */
export function holdQuestion(server: Server, { id, startedAt, held }: SessionSummary): Question {
  const began = showTime(startedAt);
  return held
    ? {
        heading: msg('Release from legal hold?'),
        text: msg(
          str`The session of ${began} can then be deleted again, and is destroyed once the time that records are kept is over.`,
        ),
        label: msg('Release it'),
        act: () => holdSession(server, id, false),
      }
    : {
        heading: msg('Put under legal hold?'),
        text: msg(
          str`Nobody can delete the session of ${began} until it is released, and no rule destroys it.`,
        ),
        label: msg('Hold it'),
        act: () => holdSession(server, id, true),
      };
}

/** Asked before a session is destroyed. */
export function deleteQuestion(
  server: Server,
  { id, startedAt }: Pick<SessionSummary, 'id' | 'startedAt'>,
): Question {
  return {
    heading: msg('Delete the session?'),
    text: msg(
      str`The session of ${showTime(startedAt)} is destroyed together with its key: text, corrections and audio, also in backups. Nobody can bring it back.`,
    ),
    label: msg('Delete it for good'),
    isDanger: true,
    act: () => deleteSession(server, id),
  };
}

/** The shortest and the longest reason that the server takes. */
const REASON = { least: 10, most: 500 };

/** Asked before a session of somebody else is opened in an emergency; `onOpen` is told which was opened. */
export function emergencyQuestion(server: Server, onOpen: (id: string) => void, id = ''): Question {
  const reasonOf = (typed: FormData): string => typedIn(typed, 'reason') ?? '';
  return {
    heading: msg('Open a session in an emergency'),
    text: msg(
      'For some minutes you can read a session that is not yours. The reason goes into the audit log, and those who watch over the server are told.',
    ),
    label: msg('Open it'),
    fields: html`
      ${textField('record', msg('Number (id) of the session'), {
        ...{ maxLength: 100, isRequired: true, value: id },
      })}
      ${textField('reason', msg('Reason'), {
        ...{ maxLength: REASON.most, isRequired: true },
        hint: msg('At least ten letters. Write nothing about the patient here.'),
      })}
    `,
    check: (typed) => {
      if (typedIn(typed, 'record') === undefined) return msg('Type the number of the session.');
      return reasonOf(typed).length < REASON.least
        ? msg('Say in at least ten letters why it has to be opened.')
        : undefined;
    },
    act: async (typed): Promise<Answer<unknown>> => {
      const record = typedIn(typed, 'record') ?? '';
      const answer = await breakGlass(server, record, reasonOf(typed));
      if (answer.kind === 'ok') onOpen(record);
      return answer;
    },
  };
}
