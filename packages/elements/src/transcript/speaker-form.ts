import type { KnownSpeaker, SpeakerRole } from '@auscult/client';
import { make } from '../shared-styles/make.js';
import type { Conversation } from './conversation.js';
import { fill } from './name-people.js';
import { button, select, type Panel } from './panel.js';
import type { ShownWith } from './shown-with.js';

const ROLES = ['clinician', 'patient', 'other'] as const satisfies readonly SpeakerRole[];

/** Opens what can be said of a speaker: name and role, who else it is, and with whom names are swapped. */
export function openSpeakerForm(
  panel: Panel,
  conversation: Conversation,
  speaker: number,
  { messages, people, nameOf }: ShownWith,
): void {
  const known = people.find((person) => person.speaker === speaker) ?? { speaker };
  const { name = '', role = '' } = known;
  const label = fill(messages.nameOf, nameOf(speaker));
  const field = make('input', { part: 'field', 'aria-label': label, maxlength: '100', value: name });
  const roles = ROLES.map((each) => [each, messages[each]] as const);
  const part = select(fill(messages.roleOf, nameOf(speaker)), [['', messages.roleNotSaid], ...roles], role);
  const form = panel.form(label, messages, [field, part], () => {
    const isNamed = field.value.trim() !== name;
    const isGiven = part.value !== role;
    if (!isNamed && !isGiven) return;
    conversation.name(speaker, {
      ...(isNamed && { name: field.value }),
      ...(isGiven && { role: part.value as SpeakerRole | '' }),
    });
  });
  for (const other of people) {
    if (other.speaker === speaker) continue;
    const called = nameOf(other.speaker);
    form.append(
      button('merge', fill(messages.sameAs, called), () => {
        panel.leave(() => {
          conversation.merge(speaker, other.speaker);
        });
      }),
    );
    if (isNamed(known) || isNamed(other))
      form.append(
        button('swap', fill(messages.swapWith, called), () => {
          panel.leave(() => {
            conversation.swap(speaker, other.speaker);
          });
        }),
      );
  }
  panel.open(form);
  field.select();
}

function isNamed({ name, role }: KnownSpeaker): boolean {
  return (name ?? role) !== undefined;
}
