import { make } from '../shared-styles/make.js';
import type { Cell } from './cells.js';
import type { Conversation } from './conversation.js';
import { clock } from './clock.js';
import type { Line } from './lines-of.js';
import { fill } from './name-people.js';
import { button, type Panel } from './panel.js';
import type { ShownWith } from './shown-with.js';
import { speakerMark } from './speaker-mark.js';

/** Words of a line, counted within it. */
export type WordRange = readonly [first: number, last: number];

/** Opens what gives a line, or some of its words, to somebody else. `chosen`: words that are chosen already. */
export function openMovePanel(
  panel: Panel,
  conversation: Conversation,
  line: Line,
  { messages, people, nameOf }: ShownWith,
  chosen?: WordRange,
): void {
  let words = chosen;
  const label = fill(messages.whoSaid, clock(line.start));
  const picks = make('div', { part: 'words', role: 'group', 'aria-label': messages.pickWords, hidden: '' });
  const move = (name: string, speaker: number | undefined): HTMLButtonElement =>
    button('mover', name, () => {
      panel.leave(() => {
        conversation.assign(line, speaker, words);
      });
    });
  const others = people
    .filter(({ speaker }) => speaker !== line.speaker)
    .map(({ speaker }) => {
      const made = move(nameOf(speaker), speaker);
      made.prepend(speakerMark(speaker));
      return made;
    });
  const some = button('some', messages.someWords, () => {
    pick();
    picks.querySelector('button')?.focus();
  });
  const cancel = button('cancel', messages.cancel, () => {
    panel.leave();
  });

  function pick(): void {
    some.remove();
    picks.hidden = false;
    picks.replaceChildren(make('p', {}, messages.pickWords), ...line.cells.flatMap(pickOf));
    show();
  }

  function pickOf({ text }: Cell, at: number): readonly HTMLElement[] {
    if (text === '') return [];
    const made = button('pick', text, () => {
      // The first press chooses a word, the second all up to another, and the third begins anew.
      const [first, last] = words ?? [];
      const isSecond = first !== undefined && first === last && at !== first;
      words = isSecond ? [Math.min(first, at), Math.max(first, at)] : [at, at];
      show();
    });
    made.dataset['at'] = String(at);
    made.addEventListener('keydown', ({ key }) => {
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
      const next = key === 'ArrowLeft' ? made.previousElementSibling : made.nextElementSibling;
      (next as HTMLElement | null)?.focus();
    });
    return [made];
  }

  /** Which words are chosen. Nobody can get words before there are some. */
  function show(): void {
    const [first, last] = words ?? [Infinity, -1];
    for (const each of picks.querySelectorAll<HTMLElement>('button')) {
      const at = Number(each.dataset['at']);
      each.setAttribute('aria-pressed', String(at >= first && at <= last));
    }
    for (const each of [...others, anew]) each.disabled = words === undefined;
  }

  const anew = move(messages.somebodyNew, undefined);
  panel.open(
    make(
      'div',
      { part: 'choices', role: 'group', 'aria-label': label },
      picks,
      ...others,
      anew,
      some,
      cancel,
    ),
  );
  if (!words) return;
  pick();
  others[0]?.focus();
}
