import type { KnownSpeaker, SpeakerCorrections, Transcriber, TranscriberState } from '@auscult/client';
import type { Messages } from '../messages/en.js';
import type { AskServer } from '../shared-recording/ask-server.js';
import { describeState } from '../shared-recording/describe-recording.js';
import { isTaking } from '../shared-recording/recording.js';
import type { Language } from '../shared-messages/language-of.js';
import { baseStyles } from '../shared-styles/base-styles.js';
import { make } from '../shared-styles/make.js';
import { sheetOf } from '../shared-styles/sheet-of.js';
import { textOfCells } from './cells.js';
import { lateRecordTexts } from '../record/late-record-texts.js';
import type { SentFinal } from '../record/record-texts.js';
import { createConversation } from './conversation.js';
import { isCorrected, type Final, type Line } from './lines-of.js';
import { createLineView, type LineView } from './line-view.js';
import { loadTranscriptMessages } from './load-transcript-messages.js';
import { en } from './messages/en-transcript.js';
import { fill, namePeople } from './name-people.js';
import type { PeopleView } from './people-view.js';
import type { TellTranscript, TranscriptLine } from './transcript-events.js';
import { transcriptStyles } from './transcript-styles.js';
import { sayUnsaved } from './unsaved-note.js';
import type * as WhoSpeaks from './who-speaks.js';

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

/** What a transcript needs of its element. */
export interface TranscriptParts {
  readonly tell: TellTranscript;
  /** Called when a person wants to start or to stop. */
  readonly toggle: () => void;
  readonly ask: AskServer;
  /** Whether corrected texts are sent to the server by now. */
  readonly sendsCorrections: () => boolean;
}

export function createTranscriptView(root: ShadowRoot, parts: TranscriptParts): TranscriptView {
  const { tell, toggle, ask, sendsCorrections } = parts;
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
  const status = make('div', { class: 'spoken', role: 'status' });
  const views = new Map<string, LineView>();
  let shown: ReadonlyMap<string, readonly Line[]> = new Map();
  let messages = en as Readonly<typeof en>;
  let isTakingAudio = false;
  let isWaiting = false;
  let whoSpeaks: typeof WhoSpeaks | undefined;
  let isLoading = false;
  let peopleView: PeopleView | undefined;

  const conversation = createConversation({
    onChange: renderSoon,
    onFinal: (segment) => {
      announce(segment.text, segment.speaker);
      tell('auscult-line', segment);
    },
    onCorrected: (final) => {
      const { key, segment, cells } = final;
      const isLeft = tell('auscult-correction', { segment, text: textOfCells(cells) });
      if (isLeft) send(final);
      else texts.forget(key);
    },
    onRemoved: (key) => {
      texts.forget(key);
    },
    onIdentified: (corrections) => {
      tell('auscult-identification', corrections);
      sayIdentified(corrections);
    },
  });
  const texts = lateRecordTexts(ask, {
    onChange: renderSoon,
    onSaved: (final, version) => {
      tell('auscult-saved', { ...detailOf(final), version });
      say(messages.inRecord);
    },
    onUnsaved: (final, state, code, message) => {
      tell('auscult-unsaved', { ...detailOf(final), code, message });
      say(sayUnsaved(state, messages));
    },
  });
  root.adoptedStyleSheets = [sheetOf(baseStyles), sheetOf(transcriptStyles)];
  root.append(controls, problem, list, announced, status);
  button.addEventListener('click', toggle);
  renderSoon();

  /** Has the record corrected. */
  function send(final: Final): void {
    const { key, segment, cells } = final;
    const place = sendsCorrections() ? conversation.recordOf(final) : undefined;
    if (place) texts.send(key, { segment, place, text: withBreaksOf(segment.text, textOfCells(cells)) });
  }

  /** Tells screen readers what has become of what a person did. */
  function say(text: string): void {
    status.textContent = text;
  }

  function sayIdentified({ assign = [], merge = [], name = [] }: SpeakerCorrections): void {
    const nameOf = namePeople(conversation.people(), messages);
    for (const { speaker } of assign) say(fill(messages.nowSaidBy, nameOf(speaker)));
    for (const { speaker } of name) say(fill(messages.nowCalled, nameOf(speaker)));
    for (const { into } of merge) say(fill(messages.nowSaidBy, nameOf(into)));
  }

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
    if (people.length > 0) void loadWhoSpeaks();
    peopleView?.show({ messages, people, nameOf }, lines.at(-1)?.end ?? 0);
    const elements = lines.map((line, index) => {
      const view = views.get(line.id) ?? createLineView(conversation, renderSoon);
      views.set(line.id, view);
      const startsTurn = index === 0 || lines[index - 1]?.speaker !== line.speaker;
      const unsaved = isLastCorrected(line, lines) ? texts.stateOf(line.final) : undefined;
      view.show(line, { messages, people, nameOf, startsTurn, unsaved, whoSpeaks, ...actsOn(line.final) });
      return view.element;
    });
    const there = new Set(elements);
    for (const [id, { element }] of views) if (!there.has(element)) views.delete(id);
    const hadFocus = list.contains(root.activeElement);
    arrange(list, [...(elements.length === 0 ? [empty] : elements), partial]);
    if (hadFocus && !root.activeElement) list.focus();
    if (follows) list.scrollTop = list.scrollHeight;
  }

  /** If it cannot be loaded, it is tried again when something changes. */
  async function loadWhoSpeaks(): Promise<void> {
    if (whoSpeaks || isLoading) return;
    isLoading = true;
    try {
      whoSpeaks = await import('./who-speaks.js');
      peopleView = whoSpeaks.createPeopleView(conversation, renderSoon);
      list.before(peopleView.element);
      renderSoon();
    } catch {
      isLoading = false;
    }
  }

  /** What a person can do about the text of a final that is not in the record. */
  function actsOn(key: string) {
    return {
      sendAgain: () => {
        texts.sendAgain(key);
      },
      takeTheirs: () => {
        const theirs = texts.takeTheirs(key);
        if (theirs !== undefined) conversation.show(key, theirs);
      },
    };
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

function detailOf({ segment, place, text }: SentFinal) {
  return { segment, text: text.trim(), sessionId: place.sessionId };
}

/** A corrected text between the line breaks that were dictated before and behind what was heard. */
function withBreaksOf(heard: string, text: string): string {
  const [, before = '', behind = ''] = /^(\s*).*?(\s*)$/su.exec(heard) ?? [];
  return text === '' ? '' : before + text + behind;
}

/** Whether a line is the last of its final with another text than was heard, or simply the last if none has. */
function isLastCorrected(line: Line, lines: readonly Line[]): boolean {
  const ofFinal = lines.filter(({ final }) => final === line.final);
  return line === (ofFinal.findLast(isCorrected) ?? ofFinal.at(-1));
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
