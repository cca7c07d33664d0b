import type { KnownSpeaker, Transcriber, TranscriberState } from '@auscult/client';
import type { Messages } from '../messages/en.js';
import { describeState } from '../shared-recording/describe-recording.js';
import { isTaking } from '../shared-recording/recording.js';
import type { Language } from '../shared-messages/language-of.js';
import { baseStyles } from '../shared-styles/base-styles.js';
import { make } from '../shared-styles/make.js';
import { sheetOf } from '../shared-styles/sheet-of.js';
import { textOfCells } from './cells.js';
import { createConversation } from './conversation.js';
import type { Line } from './lines-of.js';
import { createLineView, type LineView } from './line-view.js';
import { loadTranscriptMessages } from './load-transcript-messages.js';
import { en } from './messages/en-transcript.js';
import { namePeople } from './name-people.js';
import type { TellTranscript, TranscriptLine } from './transcript-events.js';
import { transcriptStyles } from './transcript-styles.js';

/** What is in the shadow root of a transcript. */
export interface TranscriptView {
  readonly follow: (transcriber: Transcriber) => void;
  readonly clear: () => void;
  readonly lines: () => readonly TranscriptLine[];
  readonly people: () => readonly KnownSpeaker[];
  readonly nextSpeaker: () => number;
  /** @param state that of a recording which starts and stops here; undefined if somebody else does that */
  readonly showState: (state: TranscriberState | undefined, messages: Messages) => void;
  readonly showProblem: (text: string) => void;
  readonly useLanguage: (language: Language) => Promise<void>;
}

/** Screen readers announce so many of the last finals: earlier ones have been announced. */
const ANNOUNCED = 3;
/** If it is scrolled to within so many pixels of its end, it follows the text. */
const NEAR_END = 80;

/** @param toggle called when a person wants to start or to stop */
export function createTranscriptView(
  root: ShadowRoot,
  tell: TellTranscript,
  toggle: () => void,
): TranscriptView {
  const button = make('button', { part: 'button', type: 'button' });
  const stateText = make('span', { part: 'state', role: 'status' });
  const controls = make('div', { part: 'controls', hidden: '' }, button, stateText);
  const problem = make('div', { part: 'problem', role: 'alert' });
  const list = make('div', { part: 'lines', role: 'log', 'aria-live': 'off', tabindex: '0' });
  const empty = make('p', { part: 'empty' });
  const partial = make('p', { part: 'partial' });
  const announced = make('div', {
    ...{ class: 'spoken', 'aria-live': 'polite', 'aria-relevant': 'additions' },
  });
  const views = new Map<string, LineView>();
  let shown: ReadonlyMap<string, readonly Line[]> = new Map();
  let messages = en as Readonly<typeof en>;
  let isTakingAudio = false;
  let isWaiting = false;

  const conversation = createConversation({
    onChange: renderSoon,
    onFinal: (segment) => {
      announce(segment.text, segment.speaker);
      tell('auscult-line', segment);
    },
    onCorrected: ({ segment, cells }) => {
      tell('auscult-correction', { segment, text: textOfCells(cells) });
    },
    onIdentified: (corrections) => {
      tell('auscult-identification', corrections);
    },
  });
  root.adoptedStyleSheets = [sheetOf(baseStyles), sheetOf(transcriptStyles)];
  root.append(controls, problem, list, announced);
  button.addEventListener('click', toggle);
  renderSoon();

  function announce(text: string, speaker: number | undefined): void {
    if (text.trim() === '') return;
    const nameOf = namePeople(conversation.people(), messages);
    const said = speaker === undefined ? text : `${nameOf(speaker)}: ${text}`;
    announced.append(make('p', {}, said.trim()));
    while (announced.childElementCount > ANNOUNCED) announced.firstElementChild?.remove();
  }

  /** Several changes are shown at once. */
  function renderSoon(): void {
    if (isWaiting) return;
    isWaiting = true;
    queueMicrotask(() => {
      isWaiting = false;
      render();
    });
  }

  function render(): void {
    const people = conversation.people();
    const nameOf = namePeople(people, messages);
    const follows = list.scrollHeight - list.clientHeight - list.scrollTop < NEAR_END;
    list.setAttribute('aria-label', messages.transcript);
    empty.textContent = messages.nothingSaid;
    button.textContent = isTakingAudio ? messages.stopRecording : messages.record;
    const partials = conversation.partials();
    partial.hidden = partials.length === 0;
    partial.replaceChildren(
      make('span', { class: 'spoken' }, `${messages.stillSpeaking} `),
      ...partials.map(({ text, speaker }) =>
        speaker === undefined || people.length === 0 ? text : `${nameOf(speaker)}: ${text}`,
      ),
    );
    const lines = linesToShow();
    const elements = lines.map((line, index) => {
      const view = views.get(line.id) ?? createLineView(conversation, renderSoon);
      views.set(line.id, view);
      const startsTurn = index === 0 || lines[index - 1]?.speaker !== line.speaker;
      view.show(line, { messages, people, nameOf, startsTurn });
      return view.element;
    });
    const there = new Set(elements);
    for (const [id, { element }] of views) if (!there.has(element)) views.delete(id);
    const hadFocus = list.contains(root.activeElement);
    arrange(list, [...(elements.length === 0 ? [empty] : elements), partial]);
    if (hadFocus && !root.activeElement) list.focus();
    if (follows) list.scrollTop = list.scrollHeight;
  }

  /** The lines; those of a final that a person is at stay as they were. */
  function linesToShow(): readonly Line[] {
    const before = shown;
    shown = new Map(
      conversation.finals().map(({ key, lines }) => {
        const had = before.get(key) ?? [];
        return [key, had.some(({ id }) => views.get(id)?.isHeld()) ? had : lines];
      }),
    );
    return [...shown.values()].flat();
  }

  return {
    follow: conversation.follow,
    people: conversation.people,
    nextSpeaker: conversation.nextSpeaker,
    clear: () => {
      conversation.clear();
      announced.replaceChildren();
    },
    lines: () => {
      const people = conversation.people();
      const nameOf = namePeople(people, messages);
      const lines = conversation.finals().flatMap((final) => final.lines);
      return lines.map(({ start, end, speaker, cells }) => ({
        ...{ start, end, text: textOfCells(cells) },
        ...(people.length > 0 && { name: nameOf(speaker) }),
        ...(speaker !== undefined && { speaker }),
      }));
    },
    showState: (state, words) => {
      controls.hidden = state === undefined;
      isTakingAudio = state !== undefined && isTaking(state);
      const text = state === undefined || state.kind === 'idle' ? '' : describeState(state, words);
      if (stateText.textContent !== text) stateText.textContent = text;
      renderSoon();
    },
    showProblem: (text) => {
      problem.textContent = text;
    },
    useLanguage: async (language) => {
      messages = await loadTranscriptMessages(language);
      renderSoon();
    },
  };
}

/** Gives an element these children; those that stay are not moved, so that they keep the focus. */
function arrange(parent: HTMLElement, children: readonly HTMLElement[]): void {
  const wanted = new Set<Element>(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    const there = parent.children[index] ?? null;
    if (there !== child) parent.insertBefore(child, there);
  });
}
