import type { UnsavedState } from '../record/record-texts.js';
import { make } from '../shared-styles/make.js';
import { isDoubtful, textOfCells, type Cell } from './cells.js';
import { clock } from './clock.js';
import type { Conversation } from './conversation.js';
import { heardTextOf, isCorrected, type Line } from './lines-of.js';
import { fill } from './name-people.js';
import { button, createPanel, select } from './panel.js';
import type { ShownWith } from './shown-with.js';
import { speakerMark } from './speaker-mark.js';
import { unsavedNote, type UnsavedActs } from './unsaved-note.js';
import type * as WhoSpeaks from './who-speaks.js';

/** A line on the page. */
export interface LineView {
  readonly element: HTMLElement;
  /** Shows the line as it is now, unless a person is at it. */
  readonly show: (line: Line, shown: ShownLine) => void;
  /** Whether a person is at it, so that it must not change by itself. */
  readonly isHeld: () => boolean;
  readonly focus: () => void;
}

/** What a line is shown with. */
interface ShownLine extends ShownWith, UnsavedActs {
  /** Whether somebody else spoke before. */
  readonly startsTurn: boolean;
  /** Undefined until it is loaded. */
  readonly whoSpeaks: typeof WhoSpeaks | undefined;
  /** Why its text is not in the record, if it is not. */
  readonly unsaved: UnsavedState | undefined;
}

/** @param released called when a person has left the line */
export function createLineView(conversation: Conversation, released: () => void): LineView {
  const element = make('div', { part: 'line' });
  let line!: Line;
  let shown!: ShownLine;
  /** Where each word is shown. */
  let words: readonly (Node | undefined)[] = [];
  /** What the line was last shown by, so that it is not made anew for nothing. */
  let key: readonly unknown[] = [];

  const panel = createPanel(element, released, focus);

  function focus(): void {
    element.querySelector<HTMLElement>('[part=correct]')?.focus();
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
    const speaker = String(line.speaker ?? '');
    const who = select(
      fill(messages.whoSaid, at),
      [
        ...(line.speaker === undefined ? [['', messages.unknownSpeaker] as const] : []),
        ...people.map((person) => [String(person.speaker), nameOf(person.speaker)] as const),
        ['new', messages.somebodyNew],
      ],
      speaker,
    );
    text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      editor.requestSubmit();
    });
    const fields = people.length > 0 ? [text, who] : [text];
    const editor = panel.form(fill(messages.correctAt, at), messages, fields, () => {
      const { value } = who;
      if (text.value.trim() !== before) conversation.correct(line, text.value);
      if (people.length > 0 && value !== speaker)
        conversation.assign(line, value === 'new' ? undefined : Number(value));
    });
    if (isCorrected(line))
      editor.append(
        button('restore', fill(messages.restore, heardTextOf(line)), () => {
          panel.leave(() => {
            conversation.restore(line);
          });
        }),
      );
    panel.open(editor);
  }

  /** What else may have been said in place of a word. */
  function choose(index: number, { heard, text }: Cell): void {
    const { messages } = shown;
    const choice = (label: string, part: string, put: string, count = 1): HTMLElement =>
      button(part, label, () => {
        panel.leave(() => {
          conversation.replace(line, index, count, put);
        });
      });
    panel.open(
      make(
        'div',
        { part: 'choices', role: 'group', 'aria-label': fill(messages.insteadOf, text) },
        ...(heard.alternatives ?? []).map((each) => choice(each.text, 'alternative', each.text, each.words)),
        choice(`${messages.keep}: ${text}`, 'keep', text),
      ),
    );
  }

  /** A word, which is a button where it is doubtful; undefined where nothing is left of it. */
  function word(cell: Cell, index: number): Node | undefined {
    if (cell.text === '') return undefined;
    if (!isDoubtful(cell)) return new Text(cell.text);
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
    return made;
  }

  function text(): HTMLElement {
    words = line.cells.map(word);
    const pieces = line.cells.flatMap(({ space }, index) => [space, words[index] ?? '']);
    const first = pieces.findIndex((piece) => piece instanceof Node);
    return make(
      'p',
      { part: isCorrected(line) ? 'text corrected' : 'text' },
      ...(first < 0 ? [] : pieces.slice(first).filter((piece) => piece !== '')),
    );
  }

  /** What gives the line, or the words in it that are selected, to somebody else. */
  function mover(at: string): readonly HTMLElement[] {
    const { people, whoSpeaks } = shown;
    if (people.length === 0 || !whoSpeaks) return [];
    const made = button('move', '⇄', () => {
      const chosen = whoSpeaks.selectedWords(element.getRootNode(), words);
      whoSpeaks.openMovePanel(panel, conversation, line, shown, chosen);
    });
    made.setAttribute('aria-label', fill(shown.messages.whoSaid, at));
    // Some browsers otherwise take the selection from the text.
    made.addEventListener('pointerdown', (event) => {
      event.preventDefault();
    });
    return [made];
  }

  /** Who speaks; within a turn, the name is only read out. */
  function who(): readonly Node[] {
    const { people, nameOf, startsTurn, messages, whoSpeaks } = shown;
    const { speaker } = line;
    if (people.length === 0) return [];
    const name = nameOf(speaker);
    if (!startsTurn) return [make('span', { class: 'spoken' }, name)];
    if (speaker === undefined || !whoSpeaks) return [make('span', { part: 'speaker' }, name)];
    const made = button('speaker', name, () => {
      whoSpeaks.openSpeakerForm(panel, conversation, speaker, shown);
    });
    made.setAttribute('aria-label', fill(messages.rename, name));
    made.prepend(speakerMark(speaker));
    return [made];
  }

  return {
    element,
    focus,
    isHeld: panel.isOpen,
    show: (next, given) => {
      const { messages, people, startsTurn, unsaved, whoSpeaks } = given;
      const nextKey = [next, messages, startsTurn, JSON.stringify(people), unsaved, whoSpeaks];
      if (panel.isOpen() || nextKey.every((part, index) => part === key[index])) return;
      key = nextKey;
      [line, shown] = [next, given];
      const hadFocus = element.matches(':focus-within');
      const at = clock(line.start);
      element.replaceChildren(
        ...who(),
        make('time', { part: 'time', datetime: `PT${line.start.toFixed(1)}S` }, at),
        text(),
        make('div', { part: 'buttons' }, ...mover(at), button('correct', '✎', correct)),
        ...(unsaved ? [unsavedNote(unsaved, messages, given)] : []),
      );
      const edit = element.querySelector('[part=correct]');
      edit?.setAttribute('aria-label', fill(messages.correctAt, at));
      if (hadFocus) focus();
    },
  };
}
