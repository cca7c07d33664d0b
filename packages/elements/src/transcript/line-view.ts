import type { KnownSpeaker, NameOf } from '@auscult/client';
import type { TranscriptMessages } from './messages/en-transcript.js';
import { make } from '../shared-styles/make.js';
import { isDoubtful, textOfCells, type Cell } from './cells.js';
import { clock } from './clock.js';
import type { Conversation } from './conversation.js';
import { heardTextOf, isCorrected, type Line } from './lines-of.js';
import { fill } from './name-people.js';
import { speakerMark } from './speaker-mark.js';

/** A line on the page. */
export interface LineView {
  readonly element: HTMLElement;
  /** Shows the line as it is now, unless a person is at it. */
  readonly show: (line: Line, shown: ShownWith) => void;
  /** Whether a person is at it, so that it must not change by itself. */
  readonly isHeld: () => boolean;
  readonly focus: () => void;
}

/** What a line is shown with. */
interface ShownWith {
  readonly messages: TranscriptMessages;
  readonly people: readonly KnownSpeaker[];
  readonly nameOf: NameOf;
  /** Whether somebody else spoke before. */
  readonly startsTurn: boolean;
}

/** @param released called when a person has left the line */
export function createLineView(conversation: Conversation, released: () => void): LineView {
  const element = make('div', { part: 'line' });
  let panel: HTMLElement | undefined;
  let line!: Line;
  let shown!: ShownWith;
  /** What the line was last shown by, so that it is not made anew for nothing. */
  let key: readonly unknown[] = [];

  /** Shows a form or a group below the line, and nothing else meanwhile. */
  function open(next: HTMLElement): void {
    close();
    panel = next;
    next.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      leave();
    });
    element.append(next);
    next.querySelector<HTMLElement>('textarea, input, button')?.focus();
  }

  function close(): void {
    panel?.remove();
    panel = undefined;
  }

  /** Closes the panel after `act`, and puts the focus back. */
  function leave(act: () => void = () => undefined): void {
    close();
    act();
    released();
    if (element.isConnected) focus();
  }

  function focus(): void {
    element.querySelector<HTMLElement>('[part=correct]')?.focus();
  }

  function button(part: string, label: string, act: () => void): HTMLButtonElement {
    const made = make('button', { part, type: 'button' }, label);
    made.addEventListener('click', act);
    return made;
  }

  /** A form with fields, a button that saves and one that leaves everything as it was. */
  function form(label: string, fields: readonly Node[], save: () => void): HTMLFormElement {
    const { messages } = shown;
    const made = make('form', { part: 'editor', 'aria-label': label }, ...fields);
    made.append(
      make('button', { part: 'save' }, messages.save),
      button('cancel', messages.cancel, () => {
        leave();
      }),
    );
    made.addEventListener('submit', (event) => {
      event.preventDefault();
      leave(save);
    });
    return made;
  }

  function correct(): void {
    const { messages, people, nameOf } = shown;
    const at = clock(line.start);
    const before = textOfCells(line.cells);
    const text = make(
      'textarea',
      { part: 'field', 'aria-label': fill(messages.textAt, at), rows: '2' },
      before,
    );
    const who = make('select', { part: 'field', 'aria-label': fill(messages.whoSaid, at) });
    const speaker = String(line.speaker ?? '');
    const choose = (value: string, name: string): void => {
      who.append(make('option', { value, ...(value === speaker && { selected: '' }) }, name));
    };
    if (line.speaker === undefined) choose('', messages.unknownSpeaker);
    for (const person of people) choose(String(person.speaker), nameOf(person.speaker));
    choose('new', messages.somebodyNew);
    text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      editor.requestSubmit();
    });
    const editor = form(fill(messages.correctAt, at), people.length > 0 ? [text, who] : [text], () => {
      const { value } = who;
      if (text.value.trim() !== before) conversation.correct(line, text.value);
      if (people.length > 0 && value !== speaker)
        conversation.assign(line, value === 'new' ? undefined : Number(value));
    });
    if (isCorrected(line))
      editor.append(
        button('restore', fill(messages.restore, heardTextOf(line)), () => {
          leave(() => {
            conversation.restore(line);
          });
        }),
      );
    open(editor);
  }

  function rename(speaker: number): void {
    const { messages, people, nameOf } = shown;
    const name = people.find((person) => person.speaker === speaker)?.name ?? '';
    const label = fill(messages.nameOf, nameOf(speaker));
    const field = make('input', { part: 'field', 'aria-label': label, maxlength: '100', value: name });
    open(
      form(label, [field], () => {
        if (field.value.trim() !== name) conversation.name(speaker, field.value);
      }),
    );
    field.select();
  }

  /** What else may have been said in place of a word. */
  function choose(index: number, { heard, text }: Cell): void {
    const { messages } = shown;
    const choice = (label: string, part: string, put: string, count = 1): HTMLElement =>
      button(part, label, () => {
        leave(() => {
          conversation.replace(line, index, count, put);
        });
      });
    open(
      make(
        'div',
        { part: 'choices', role: 'group', 'aria-label': fill(messages.insteadOf, text) },
        ...(heard.alternatives ?? []).map((each) => choice(each.text, 'alternative', each.text, each.words)),
        choice(`${messages.keep}: ${text}`, 'keep', text),
      ),
    );
  }

  function word(cell: Cell, index: number): Node | string {
    const space = index === 0 ? '' : cell.space;
    if (!isDoubtful(cell)) return space + cell.text;
    const made = button('doubtful', cell.text, () => {
      choose(index, cell);
    });
    const others = cell.heard.alternatives?.map(({ text }) => text).join(', ') ?? '';
    made.setAttribute(
      'aria-label',
      others === ''
        ? fill(shown.messages.unsure, cell.text)
        : fill(shown.messages.unsureOr, cell.text, others),
    );
    const piece = new DocumentFragment();
    piece.append(space, made);
    return piece;
  }

  /** Who speaks; within a turn, the name is only read out. */
  function who(): readonly Node[] {
    const { people, nameOf, startsTurn, messages } = shown;
    const { speaker } = line;
    if (people.length === 0) return [];
    const name = nameOf(speaker);
    if (!startsTurn || speaker === undefined)
      return [make('span', startsTurn ? { part: 'speaker' } : { class: 'spoken' }, name)];
    const made = button('speaker', name, () => {
      rename(speaker);
    });
    made.setAttribute('aria-label', fill(messages.rename, name));
    made.prepend(speakerMark(speaker));
    return [made];
  }

  return {
    element,
    focus,
    isHeld: () => panel !== undefined,
    show: (next, given) => {
      const { messages, people, nameOf, startsTurn } = given;
      const names = people.map(({ speaker }) => nameOf(speaker)).join();
      const nextKey = [next, messages, startsTurn, names];
      if (panel || nextKey.every((part, index) => part === key[index])) return;
      key = nextKey;
      [line, shown] = [next, given];
      const hadFocus = element.matches(':focus-within');
      const at = clock(line.start);
      element.replaceChildren(
        ...who(),
        make('time', { part: 'time', datetime: `PT${line.start.toFixed(1)}S` }, at),
        make('p', { part: isCorrected(line) ? 'text corrected' : 'text' }, ...line.cells.map(word)),
        button('correct', '✎', correct),
      );
      const edit = element.querySelector('[part=correct]');
      edit?.setAttribute('aria-label', fill(messages.correctAt, at));
      if (hadFocus) focus();
    },
  };
}
