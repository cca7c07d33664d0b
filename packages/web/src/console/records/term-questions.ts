import { msg, str } from '@lit/localize';
import { html, nothing } from 'lit';
import type { Question } from '../elements/confirm-dialog.js';
import { textField, typedIn } from '../elements/form-fields.js';
import type { Server } from '../server/server.js';
import { showNumber } from '../show/format.js';
import { putTerm, removeTerm, TERM_WEIGHT, type KeyTerm } from './terms-api.js';

/** Asked before a term is added, or changed if there is one. */
export function termQuestion(server: Server, known?: KeyTerm): Question {
  const textOf = (typed: FormData): string => known?.text ?? typedIn(typed, 'text') ?? '';
  return {
    heading: known === undefined ? msg('Add a term') : msg(str`Change ${known.text}`),
    text: msg(
      'Add what is really said and is heard wrongly: each term may be heard in place of another word. It counts for sessions that begin afterwards.',
    ),
    label: known === undefined ? msg('Add') : msg('Save'),
    fields: html`
      ${
        known === undefined
          ? textField('text', msg('Term'), {
              ...{ maxLength: 100, isRequired: true },
              hint: msg('As it is to be written.'),
            })
          : nothing
      }
      ${textField('ways', msg('Sounds like'), {
        ...{ maxLength: 900, value: (known?.soundsLike ?? []).join(', ') },
        hint: msg('Other ways to say it, in plain words and with commas between them.'),
      })}
      ${textField('weight', msg('Weight'), {
        ...{ maxLength: 5, value: known?.weight === undefined ? '' : showNumber(known.weight, 2) },
        hint: msg(
          str`From ${showNumber(TERM_WEIGHT.least, 1)} to ${showNumber(TERM_WEIGHT.most)}: how much more likely it is than others. Left empty, it is 1.`,
        ),
      })}
    `,
    check: (typed) => {
      if (textOf(typed) === '') return msg('Type the term.');
      const weight = weightOf(typed);
      return weight === undefined || (weight >= TERM_WEIGHT.least && weight <= TERM_WEIGHT.most)
        ? undefined
        : msg(
            str`Type a weight from ${showNumber(TERM_WEIGHT.least, 1)} to ${showNumber(TERM_WEIGHT.most)}, or nothing.`,
          );
    },
    act: (typed) => {
      const weight = weightOf(typed);
      const soundsLike = waysIn(typed);
      return putTerm(server, {
        text: textOf(typed),
        ...(weight !== undefined && { weight }),
        ...(soundsLike.length > 0 && { soundsLike }),
      });
    },
  };
}

/** Asked before a term is removed. */
export function removeTermQuestion(server: Server, { text }: KeyTerm): Question {
  return {
    heading: msg(str`Remove ${text}?`),
    text: msg('Sessions that begin afterwards do not listen for it. Those that are open still do.'),
    label: msg('Remove'),
    isDanger: true,
    act: () => removeTerm(server, text),
  };
}

function weightOf(typed: FormData): number | undefined {
  const text = typedIn(typed, 'weight');
  return text === undefined ? undefined : Number(text.replace(',', '.'));
}

function waysIn(typed: FormData): readonly string[] {
  return (typedIn(typed, 'ways') ?? '')
    .split(',')
    .map((way) => way.trim())
    .filter((way) => way !== '');
}
