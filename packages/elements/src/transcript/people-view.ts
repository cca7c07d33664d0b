import { make } from '../shared-styles/make.js';
import type { Conversation } from './conversation.js';
import { clock } from './clock.js';
import { fill } from './name-people.js';
import { button, createPanel } from './panel.js';
import type { ShownWith } from './shown-with.js';
import { openSpeakerForm } from './speaker-form.js';
import { speakerMark } from './speaker-mark.js';

/** Everybody who speaks, with what can be corrected about them. */
export interface PeopleView {
  readonly element: HTMLElement;
  /** @param end where the last line ends, seconds */
  readonly show: (shown: ShownWith, end: number) => void;
}

export function createPeopleView(conversation: Conversation, released: () => void): PeopleView {
  const list = make('div', { part: 'people' });
  const note = make('p', { part: 'provisional' });
  const element = make('div', { part: 'speakers', role: 'group', hidden: '' }, list, note);
  /** Who the form is about, or was last. */
  let opened = -1;
  let key: readonly unknown[] = [];
  const panel = createPanel(element, released, () => {
    focusOn(opened);
  });

  function focusOn(speaker: number): void {
    const all = [...list.querySelectorAll<HTMLElement>('[part=person]')];
    (all.find(({ dataset }) => dataset['speaker'] === String(speaker)) ?? all[0])?.focus();
  }

  function person({ messages, people, nameOf }: ShownWith, speaker: number): readonly Node[] {
    const { role, suggestedRole } = people.find((each) => each.speaker === speaker) ?? {};
    const name = nameOf(speaker);
    const made = button('person', name, () => {
      opened = speaker;
      openSpeakerForm(panel, conversation, speaker, { messages, people, nameOf });
    });
    made.prepend(speakerMark(speaker));
    made.dataset['speaker'] = String(speaker);
    made.setAttribute('aria-label', fill(messages.rename, name));
    if (role !== undefined)
      return messages[role] === name ? [made] : [made, make('span', { part: 'role' }, messages[role])];
    if (!suggestedRole) return [made];
    const confirm = button('suggestion', `${messages[suggestedRole]}?`, () => {
      opened = speaker;
      conversation.name(speaker, { role: suggestedRole });
      focusOn(speaker);
    });
    confirm.setAttribute('aria-label', fill(messages.confirmRole, name, messages[suggestedRole]));
    return [made, confirm];
  }

  return {
    element,
    show: (shown, end) => {
      const { messages, people, nameOf } = shown;
      const settled = conversation.settledSeconds();
      const isProvisional = people.length > 0 && settled < end;
      note.hidden = !isProvisional;
      const mayChange = isProvisional ? fill(messages.mayChange, clock(settled)) : '';
      if (note.textContent !== mayChange) note.textContent = mayChange;
      const nextKey = [messages, JSON.stringify(people)];
      if (panel.isOpen() || nextKey.every((part, index) => part === key[index])) return;
      key = nextKey;
      element.hidden = people.length === 0;
      element.setAttribute('aria-label', messages.speakers);
      const focused = (element.getRootNode() as ShadowRoot).activeElement;
      const hadFocus = list.contains(focused);
      const speaker = Number((focused as HTMLElement | null)?.dataset['speaker'] ?? opened);
      list.replaceChildren(...people.flatMap((each) => person({ messages, people, nameOf }, each.speaker)));
      if (hadFocus) focusOn(speaker);
    },
  };
}
