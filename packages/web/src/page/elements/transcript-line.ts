import type { WordAlternative } from '@auscult/client';
import { localized, msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { either, percent } from '../../localize/numbers.js';
import { clock } from '../transcript/clock.js';
import {
  chooseAlternative,
  correctLine,
  correctWord,
  heardTextOf,
  isCorrected,
  restoreLine,
  textOf,
  type Line,
} from '../transcript/line.js';
import type { LineWord } from '../transcript/line-word.js';
import { isOfUnsureSpeaker } from '../transcript/parts.js';
import { isUnsure } from '../transcript/unsure.js';
import { icons } from './icons.js';
import { selectedWords } from './selected-words.js';
import { sharedStyles } from './shared-styles.js';
import { speakerClasses, speakerStyles } from './speaker-styles.js';

/** The part of the line that is being edited. */
type Editing = { readonly kind: 'word'; readonly index: number } | { readonly kind: 'line' } | undefined;

/** What is about to be given to somebody else. */
interface Moving {
  /** The first and the last word, as `at` counts them; all if it is undefined. */
  readonly words: readonly [first: number, last: number] | undefined;
  /** Whether words are chosen by pressing them. */
  readonly isPicking: boolean;
}

/** Somebody to whom words can be given. */
export interface Person {
  readonly speaker: number;
  readonly name: string;
}

/** Words that are given to somebody else. */
export interface MovedWords {
  /** The first and the last word, as `at` counts them; all of the line if it is undefined. */
  readonly words: readonly [first: number, last: number] | undefined;
  /** Somebody new if it is undefined. */
  readonly speaker: number | undefined;
}

/**
 * What one person says without a pause, which can be corrected in place. Dispatches `corrected` with the corrected line, `moved`
 * with words that somebody else said, and `held` with whether a person is at it, so that it must not change by itself.
 */
@localized()
export class TranscriptLine extends LitElement {
  @property({ attribute: false }) line!: Line;
  /** Everybody who speaks; empty if speakers are not told apart. */
  @property({ attribute: false }) people: readonly Person[] = [];
  @property({ attribute: false }) speaker: number | undefined;
  /** What the speaker is called; absent if speakers are not told apart. */
  @property({ attribute: false }) speakerName: string | undefined;
  /** Whether somebody else spoke before. */
  @property({ type: Boolean }) startsTurn = false;
  /** Whether it may still turn out that somebody else speaks. */
  @property({ type: Boolean }) isProvisional = false;
  @property({ type: Boolean }) markUnsure = false;
  /** Whether what was said is shown below lines that are written differently. */
  @property({ type: Boolean }) showSpoken = false;
  @state() private editing: Editing;
  @state() private moving: Moving | undefined;
  #isHeld = false;

  static override styles = [
    sharedStyles,
    speakerStyles,
    css`
      :host {
        display: block;
        content-visibility: auto;
        contain-intrinsic-size: auto 4rem;
      }

      .line {
        display: grid;
        grid-template-columns: 3.75rem minmax(0, 1fr) auto;
        gap: 0 0.5rem;
        align-items: start;
        padding: 0.375rem 0.5rem;
        border-radius: var(--round);
      }

      .line:hover,
      .line:focus-within {
        background: var(--raised);
      }

      time {
        padding-top: 0.25rem;
        color: var(--quiet);
        font-size: 0.875rem;
        font-variant-numeric: tabular-nums;
      }

      .spoken-by {
        border-left: 4px solid var(--who, var(--edge));
        border-start-start-radius: 0;
        border-end-start-radius: 0;
      }

      .spoken-by.provisional {
        border-left-style: dashed;
      }

      .turn {
        margin-top: 0.5rem;
      }

      .speaker {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
        align-items: center;
        color: var(--who, var(--quiet));
        font-size: 0.875rem;
        font-weight: 650;
      }

      .may-change {
        color: var(--quiet);
        font-weight: 400;
        font-style: italic;
      }

      .whose {
        text-decoration: underline dashed 1px var(--edge);
        text-underline-offset: 0.25em;
      }

      .buttons {
        display: flex;
      }

      button.word {
        display: inline;
        min-height: 0;
        padding: 0 0.125rem;
        border-radius: 4px;
        font-weight: inherit;
      }

      button.word[aria-pressed='true'] {
        border-color: var(--accent);
        background: var(--tint);
      }

      .text {
        font-size: 1.125rem;
        line-height: 1.75;
        overflow-wrap: anywhere;
      }

      .paragraph-before {
        margin-top: 1rem;
      }

      .paragraph-behind {
        margin-bottom: 1rem;
      }

      .break {
        color: var(--quiet);
      }

      .said {
        color: var(--quiet);
        font-size: 0.9375rem;
      }

      .word {
        cursor: text;
        border-radius: 3px;
      }

      .word:hover {
        background: var(--tint);
      }

      .unsure {
        color: var(--warn);
        text-decoration: underline dotted 2px;
        text-underline-offset: 0.25em;
        cursor: pointer;
      }

      .changed {
        text-decoration: underline solid 1px var(--accent);
        text-underline-offset: 0.25em;
      }

      .buttons button {
        width: 2rem;
        min-height: 2rem;
        color: var(--quiet);
      }

      input.word-editor {
        display: inline-block;
        width: auto;
        min-height: 0;
        max-width: 100%;
        padding: 0 0.25rem;
        border: 2px solid var(--accent);
        border-radius: 4px;
        field-sizing: content;
        min-width: 4ch;
        line-height: 1.4;
      }

      .alternatives {
        display: inline-flex;
        flex-wrap: wrap;
        gap: 0.25rem;
        margin-inline: 0.25rem;
        vertical-align: middle;
      }

      textarea {
        field-sizing: content;
        resize: vertical;
        font-size: 1.125rem;
        line-height: 1.6;
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        padding: 0.375rem 0;
      }

      details {
        color: var(--quiet);
        font-size: 0.875rem;
      }

      summary {
        width: fit-content;
        min-height: 1.5rem;
        cursor: pointer;
      }

      .heard {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 0.75rem;
        align-items: center;
        padding: 0.25rem 0;
      }

      @media print {
        :host {
          content-visibility: visible;
        }

        .line {
          padding-inline: 0.5rem 0;
          break-inside: avoid;
        }

        .line:hover {
          background: none;
        }

        .buttons,
        .actions,
        .may-change,
        details {
          display: none;
        }
      }

      @media (width < 40rem) {
        .line {
          grid-template-columns: minmax(0, 1fr) auto;
          padding: 0.375rem 0.25rem;
        }

        time {
          grid-area: 1 / 1;
        }

        .buttons {
          grid-area: 1 / 2;
        }

        .said-here {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  /** Puts the focus on the first word that is unsure; tells whether there is one. */
  focusUnsure(): boolean {
    const word = this.renderRoot.querySelector<HTMLElement>('.unsure');
    word?.focus();
    return word !== null;
  }

  override render(): TemplateResult {
    const { line, editing } = this;
    return html`<div class="line ${paragraphsAround(line)} ${this.#speakerClasses()}">
      <time datetime="PT${line.start.toFixed(1)}S">${clock(line.start)}</time>
      <div class="said-here">
        ${this.#renderSpeaker()} ${editing?.kind === 'line' ? this.#renderEditor() : this.#renderText()}
        ${this.moving === undefined ? nothing : this.#renderMoving(this.moving)}
        ${
          this.showSpoken && line.spoken !== undefined
            ? html`<p class="said">${msg(str`Said: “${line.spoken}”`)}</p>`
            : nothing
        }
        ${isCorrected(line) && editing?.kind !== 'line' ? this.#renderHeard() : nothing}
      </div>
      <div class="buttons" ?hidden=${editing?.kind === 'line'}>
        ${this.#renderMove()}
        <button
          class="icon plain edit"
          title=${msg('Correct this line')}
          aria-label=${msg(str`Correct the line at ${clock(line.start)}`)}
          @click=${() => {
            this.editing = { kind: 'line' };
            this.moving = undefined;
          }}
        >
          ${icons.edit}
        </button>
      </div>
    </div>`;
  }

  /** Puts the focus on what gives the line to somebody else. */
  focusMove(): void {
    this.renderRoot.querySelector<HTMLElement>('button.move')?.focus();
  }

  #speakerClasses(): string {
    if (this.speakerName === undefined) return '';
    const who = this.speaker === undefined ? '' : speakerClasses(this.speaker);
    return `spoken-by ${who} ${this.startsTurn ? 'turn' : ''} ${this.isProvisional ? 'provisional' : ''}`;
  }

  #renderSpeaker(): TemplateResult | typeof nothing {
    if (this.speakerName === undefined) return nothing;
    // Within a turn, the name is only read out.
    return html`<p
      class=${this.startsTurn ? `speaker ${this.speaker === undefined ? '' : speakerClasses(this.speaker)}` : 'spoken'}
    >
      ${this.speaker === undefined ? nothing : html`<span class="mark"></span>`}<span class="name"
        >${this.speakerName}</span
      >${this.isProvisional ? html`<span class="may-change">${msg('may still change')}</span>` : nothing}
    </p>`;
  }

  /** With two people, one press gives the line to the other. */
  #renderMove(): TemplateResult | typeof nothing {
    if (this.speakerName === undefined) return nothing;
    const others = this.#others();
    const [other] = others.length === 1 ? others : [];
    return html`<button
      class="icon plain move"
      title=${other ? msg(str`Said by ${other.name}`) : msg('Said by somebody else')}
      aria-label=${sayMove(this.moving?.words !== undefined, clock(this.line.start), other?.name)}
      aria-expanded=${other ? nothing : this.moving !== undefined}
      @pointerdown=${keepSelection}
      @click=${() => {
        if (other) this.#move(other.speaker);
        else this.moving = this.moving ? undefined : { words: undefined, isPicking: false };
      }}
    >
      ${icons.swap}
    </button>`;
  }

  #renderMoving({ words, isPicking }: Moving): TemplateResult {
    const count = words === undefined ? 0 : words[1] - words[0] + 1;
    return html`<div
      class="actions moving"
      role="group"
      aria-label=${msg('Who said this')}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Escape') this.#endMoving();
      }}
    >
      <span>${sayChosen(count, isPicking)}</span>
      ${this.#others().map(
        ({ speaker, name }) =>
          html`<button
            class="small ${speakerClasses(speaker)}"
            @pointerdown=${keepSelection}
            @click=${() => {
              this.#move(speaker);
            }}
          >
            <span class="mark"></span>${name}
          </button>`,
      )}
      <button
        class="small"
        @pointerdown=${keepSelection}
        @click=${() => {
          this.#move(undefined);
        }}
      >
        ${msg('Somebody new')}
      </button>
      ${
        isPicking || words !== undefined
          ? nothing
          : html`<button
              class="small"
              @click=${() => {
                this.moving = { words: undefined, isPicking: true };
              }}
            >
              ${msg('Only some words')}
            </button>`
      }
      <button
        class="small plain"
        @click=${() => {
          this.#endMoving();
        }}
      >
        ${msg('Cancel')}
      </button>
    </div>`;
  }

  #others(): readonly Person[] {
    return this.people.filter(({ speaker }) => speaker !== this.speaker);
  }

  #move(speaker: number | undefined): void {
    const detail: MovedWords = { words: this.moving?.words, speaker };
    this.moving = undefined;
    this.dispatchEvent(new CustomEvent('moved', { detail }));
  }

  #endMoving(): void {
    this.moving = undefined;
    this.focusMove();
  }

  /** The first press chooses a word, the second all up to another, and the third begins anew. */
  #pick(at: number): void {
    const [first, last] = this.moving?.words ?? [];
    const isSecond = first !== undefined && first === last && at !== first;
    this.moving = {
      words: isSecond ? [Math.min(first, at), Math.max(first, at)] : [at, at],
      isPicking: true,
    };
  }

  readonly #onSelect = (): void => {
    if (this.speakerName === undefined || this.editing !== undefined || this.moving?.isPicking === true)
      return;
    const words = selectedWords(this.renderRoot);
    if (words) this.moving = { words, isPicking: false };
    else if (this.moving?.words) this.moving = undefined;
  };

  override updated(changed: PropertyValues): void {
    this.#tellHeld();
    if (changed.has('moving' as keyof TranscriptLine) && this.moving) this.#focusMoving(this.moving);
    if (!changed.has('editing' as keyof TranscriptLine)) return;
    const field = this.renderRoot.querySelector<HTMLInputElement | HTMLTextAreaElement>('input, textarea');
    field?.focus();
    if (field instanceof HTMLInputElement) field.select();
  }

  #tellHeld(): void {
    const isHeld = this.editing !== undefined || this.moving !== undefined;
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    this.dispatchEvent(new CustomEvent('held', { detail: isHeld }));
  }

  #focusMoving({ words, isPicking }: Moving): void {
    // Whoever chooses words with the pointer, or one after the other, goes on with that.
    if (words === undefined)
      this.renderRoot.querySelector<HTMLElement>(isPicking ? 'button.word' : '.moving button')?.focus();
    // On a small screen, half of the names may lie beyond the edge.
    this.renderRoot.querySelector('.moving')?.scrollIntoView({ block: 'nearest' });
  }

  #renderText(): TemplateResult {
    const { words } = this.line;
    if (words.every(({ text }) => text === ''))
      return html`<p class="text">
        ${words.length === 0 ? '' : html`<span class="break" title=${msg('Line break')}>¶</span>`}
      </p>`;
    return html`<p class="text" @pointerup=${this.#onSelect} @keyup=${this.#onSelect}>
      ${words.map((word, index) => [
        index === 0 || isAtEnd(words, index) ? '' : renderSpace(word),
        word.text === '' ? nothing : this.#renderWord(word, index),
      ])}
    </p>`;
  }

  #renderWord(word: LineWord, index: number): TemplateResult {
    const { editing, moving } = this;
    if (moving?.isPicking === true) return this.#renderPick(word, moving);
    if (editing?.kind === 'word' && editing.index === index) return this.#renderWordEditor(word, index);
    const edit = (): void => {
      // A drag over the text selects it.
      if (getSelection()?.isCollapsed !== false) this.editing = { kind: 'word', index };
    };
    if (this.markUnsure && isUnsure(word))
      return html`<span
        class="word unsure"
        data-at=${word.at ?? nothing}
        role="button"
        tabindex="0"
        aria-label=${sayUnsure(word)}
        title=${titleOfUnsure(word)}
        @click=${edit}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          this.editing = { kind: 'word', index };
        }}
        >${word.text}</span
      >`;
    const isWhose = this.speakerName !== undefined && this.#isOfUnsureSpeaker(word);
    const said = word.heard === undefined ? saidFor(word) : sayHeard(word.heard);
    const title = [said, isWhose ? msg('Perhaps somebody else said it.') : ''].join(' ').trim();
    return html`<span
      class="word ${word.heard === undefined ? '' : 'changed'} ${isWhose ? 'whose' : ''}"
      data-at=${word.at ?? nothing}
      title=${title || nothing}
      @click=${edit}
      >${word.text}</span
    >`;
  }

  #isOfUnsureSpeaker({ at }: LineWord): boolean {
    const heard = this.line.heard.find((word) => word.at === at);
    return heard !== undefined && isOfUnsureSpeaker(heard);
  }

  #renderPick({ text, at = 0 }: LineWord, { words: [first, last] = [Infinity, -1] }: Moving): TemplateResult {
    return html`<button
      class="word"
      aria-pressed=${at >= first && at <= last}
      @click=${() => {
        this.#pick(at);
      }}
      @keydown=${(event: KeyboardEvent) => {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        const words = [...this.renderRoot.querySelectorAll<HTMLElement>('button.word')];
        if (step !== undefined) words[words.indexOf(event.currentTarget as HTMLElement) + step]?.focus();
        if (event.key === 'Escape') this.#endMoving();
      }}
    >
      ${text}
    </button>`;
  }

  #renderWordEditor(word: LineWord, index: number): TemplateResult {
    const save = (text: string): void => {
      if (this.editing === undefined) return;
      this.#finish(correctWord(this.line, index, text));
    };
    const typed = (): string => this.renderRoot.querySelector<HTMLInputElement>('.word-editor')?.value ?? '';
    return html`<span
      @focusout=${({ currentTarget, relatedTarget }: FocusEvent) => {
        if (!(currentTarget as Node).contains(relatedTarget as Node | null)) save(typed());
      }}
      @keydown=${(event: KeyboardEvent) => {
        const saves = event.key === 'Enter' && event.target instanceof HTMLInputElement;
        if (!saves && event.key !== 'Escape') return;
        // Otherwise the same key press would press the button that gets the focus.
        event.preventDefault();
        if (saves) save(typed());
        else this.#finish(this.line);
      }}
      ><input
        class="word-editor"
        aria-label=${msg(str`Correct “${word.text}”. Enter saves, Escape leaves it.`)}
        autocomplete="off"
        spellcheck="true"
        .value=${word.text}
      />${this.#renderAlternatives(word, index)}</span
    >`;
  }

  #renderAlternatives({ text, alternatives = [] }: LineWord, index: number): TemplateResult | typeof nothing {
    if (alternatives.length === 0) return nothing;
    return html`<span class="alternatives" role="group" aria-label=${msg(str`What “${text}” may be instead`)}>
      ${alternatives.map(
        (alternative) =>
          html`<button
            class="small"
            @pointerdown=${(event: PointerEvent) => {
              // Keeps the focus in the field: some browsers do not give it to buttons, so the field would only lose it.
              event.preventDefault();
            }}
            @click=${() => {
              this.#finish(chooseAlternative(this.line, index, alternative));
            }}
          >
            ${alternative.text}
          </button>`,
      )}
    </span>`;
  }

  #renderEditor(): TemplateResult {
    const save = (): void => {
      const text = this.renderRoot.querySelector('textarea')?.value ?? '';
      this.#finish(correctLine(this.line, text));
    };
    const leave = (): void => {
      this.#finish(this.line);
    };
    return html`<textarea
        rows="2"
        aria-label=${msg(str`Text of the line at ${clock(this.line.start)}. Enter saves, Shift and Enter break the line, Escape leaves it.`)}
        .value=${textOf(this.line)}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === 'Escape') leave();
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          save();
        }}
      ></textarea>
      <div class="actions">
        <button class="small primary" @click=${save}>${msg('Save')}</button>
        <button class="small" @click=${leave}>${msg('Leave as it was')}</button>
        ${
          this.speakerName === undefined
            ? nothing
            : html`<button
                class="small"
                @click=${() => {
                  save();
                  this.moving = { words: undefined, isPicking: false };
                }}
              >
                ${msg('Who said this')}
              </button>`
        }
      </div>`;
  }

  #renderHeard(): TemplateResult {
    return html`<details>
      <summary>${msg('Corrected')}</summary>
      <div class="heard">
        <span>${msg(str`Heard: “${heardTextOf(this.line)}”`)}</span>
        <button
          class="small"
          @click=${() => {
            this.#finish(restoreLine(this.line));
          }}
        >
          ${icons.undo}${msg('Restore')}
        </button>
      </div>
    </details>`;
  }

  #finish(line: Line): void {
    this.editing = undefined;
    if (line !== this.line) this.dispatchEvent(new CustomEvent('corrected', { detail: line }));
    // The keyboard focus stays where it was.
    void this.updateComplete.then(() => {
      if (this.shadowRoot?.activeElement === null && !this.#focusIsElsewhere())
        this.renderRoot.querySelector<HTMLElement>('button.edit')?.focus();
    });
  }

  #focusIsElsewhere(): boolean {
    const active = (this.getRootNode() as Document | ShadowRoot).activeElement;
    return active !== null && active !== this && active !== document.body;
  }
}

/** The focus and the selection stay where they are, which some browsers otherwise take from the text. */
function keepSelection(event: PointerEvent): void {
  event.preventDefault();
}

function sayChosen(count: number, isPicking: boolean): string {
  if (count === 1) return msg('This word said by');
  if (count > 0) return msg(str`These ${count} words said by`);
  return isPicking ? msg('Press the first and the last word said by') : msg('Said by');
}

function sayMove(onlyWords: boolean, time: string, name: string | undefined): string {
  if (name === undefined)
    return onlyWords
      ? msg(str`Give the chosen words at ${time} to somebody else`)
      : msg(str`Give the line at ${time} to somebody else`);
  return onlyWords
    ? msg(str`Give the chosen words at ${time} to ${name}`)
    : msg(str`Give the line at ${time} to ${name}`);
}

function sayUnsure({ text, alternatives = [] }: LineWord): string {
  return alternatives.length === 0
    ? msg(str`${text}, unsure: correct or confirm`)
    : msg(str`${text}, unsure, may be ${alternativesIn(alternatives)}: correct or confirm`);
}

function titleOfUnsure({ confidence, alternatives = [], spoken }: LineWord): string {
  const unsure =
    alternatives.length === 0
      ? msg(str`Unsure (${percent(confidence)}). Click to correct or confirm.`)
      : msg(
          str`Unsure (${percent(confidence)}), may be ${alternativesIn(alternatives)}. Click to correct or confirm.`,
        );
  return `${unsure} ${saidFor({ spoken })}`.trim();
}

function alternativesIn(alternatives: readonly WordAlternative[]): string {
  return either(alternatives.map(({ text }) => text));
}

function sayHeard(heard: string): string {
  return heard === '' ? msg('Heard: nothing') : msg(str`Heard: ${heard}`);
}

/** What was said, if it is written differently. */
function saidFor({ spoken }: { readonly spoken?: string | undefined }): string {
  return spoken === undefined ? '' : msg(str`Said: “${spoken}”.`);
}

/** Whether a word is only a line break at the end, which needs no room of its own. */
function isAtEnd(words: readonly LineWord[], index: number): boolean {
  return index === words.length - 1 && words[index]?.text === '';
}

/** The space or line break before a word within a line. */
function renderSpace({ breakBefore }: LineWord): TemplateResult | string {
  if (breakBefore === undefined) return ' ';
  return breakBefore === '\n' ? html`<br />` : html`<br /><br />`;
}

/** Lines are separated where the speaker wanted a paragraph between them. */
function paragraphsAround(line: Line): string {
  const text = textOf(line);
  return `${text.startsWith('\n\n') ? 'paragraph-before' : ''} ${text.endsWith('\n\n') ? 'paragraph-behind' : ''}`;
}

customElements.define('transcript-line', TranscriptLine);
