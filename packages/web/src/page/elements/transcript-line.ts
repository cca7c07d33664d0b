import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
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
import { isUnsure } from '../transcript/unsure.js';
import { icons } from './icons.js';
import { sharedStyles } from './shared-styles.js';

/** The part of the line that is being edited. */
type Editing = { readonly kind: 'word'; readonly index: number } | { readonly kind: 'line' } | undefined;

/** One utterance, which can be corrected in place. Dispatches `corrected` with the corrected line. */
export class TranscriptLine extends LitElement {
  @property({ attribute: false }) line!: Line;
  @property({ attribute: false }) speaker: string | undefined;
  @property({ type: Boolean }) markUnsure = false;
  /** Whether what was said is shown below lines that are written differently. */
  @property({ type: Boolean }) showSpoken = false;
  @state() private editing: Editing;

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        content-visibility: auto;
        contain-intrinsic-size: auto 4rem;
      }

      .line {
        display: grid;
        grid-template-columns: 3.75rem minmax(0, 1fr) 2rem;
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

      .speaker {
        display: block;
        color: var(--accent);
        font-size: 0.875rem;
        font-weight: 650;
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

      button.edit {
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

      @media (width < 40rem) {
        .line {
          grid-template-columns: minmax(0, 1fr) 2rem;
          padding: 0.375rem 0.25rem;
        }

        time {
          grid-column: 1 / -1;
          padding: 0;
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
    return html`<div class="line ${paragraphsAround(line)}">
      <time datetime="PT${line.start.toFixed(1)}S">${clock(line.start)}</time>
      <div>
        ${this.speaker === undefined ? nothing : html`<span class="speaker">${this.speaker}</span>`}
        ${editing?.kind === 'line' ? this.#renderEditor() : this.#renderText()}
        ${
          this.showSpoken && line.spoken !== undefined
            ? html`<p class="said">Said: “${line.spoken}”</p>`
            : nothing
        }
        ${isCorrected(line) && editing?.kind !== 'line' ? this.#renderHeard() : nothing}
      </div>
      <button
        class="icon plain edit"
        title="Correct this line"
        aria-label="Correct the line at ${clock(line.start)}"
        ?hidden=${editing?.kind === 'line'}
        @click=${() => {
          this.editing = { kind: 'line' };
        }}
      >
        ${icons.edit}
      </button>
    </div>`;
  }

  override updated(changed: PropertyValues): void {
    if (!changed.has('editing' as keyof TranscriptLine)) return;
    const field = this.renderRoot.querySelector<HTMLInputElement | HTMLTextAreaElement>('input, textarea');
    field?.focus();
    if (field instanceof HTMLInputElement) field.select();
  }

  #renderText(): TemplateResult {
    const { words } = this.line;
    if (words.every(({ text }) => text === ''))
      return html`<p class="text">
        ${words.length === 0 ? '' : html`<span class="break" title="Line break">¶</span>`}
      </p>`;
    return html`<p class="text">
      ${words.map((word, index) => [
        index === 0 || isAtEnd(words, index) ? '' : renderSpace(word),
        word.text === '' ? nothing : this.#renderWord(word, index),
      ])}
    </p>`;
  }

  #renderWord(word: LineWord, index: number): TemplateResult {
    const { editing } = this;
    if (editing?.kind === 'word' && editing.index === index) return this.#renderWordEditor(word, index);
    const edit = (): void => {
      // A drag over the text selects it.
      if (getSelection()?.isCollapsed !== false) this.editing = { kind: 'word', index };
    };
    if (this.markUnsure && isUnsure(word))
      return html`<span
        class="word unsure"
        role="button"
        tabindex="0"
        aria-label="${word.text}, unsure${orElse(word)}: correct or confirm"
        title="Unsure (${Math.round(word.confidence * 100)} %)${orElse(word)}. Click to correct or confirm.${saidFor(word)}"
        @click=${edit}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          this.editing = { kind: 'word', index };
        }}
        >${word.text}</span
      >`;
    const title =
      word.heard === undefined ? saidFor(word).trim() || nothing : `Heard: ${word.heard || 'nothing'}`;
    return html`<span class="word ${word.heard === undefined ? '' : 'changed'}" title=${title} @click=${edit}
      >${word.text}</span
    >`;
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
        aria-label="Correct “${word.text}”. Enter saves, Escape leaves it."
        autocomplete="off"
        spellcheck="true"
        .value=${word.text}
      />${this.#renderAlternatives(word, index)}</span
    >`;
  }

  #renderAlternatives({ text, alternatives = [] }: LineWord, index: number): TemplateResult | typeof nothing {
    if (alternatives.length === 0) return nothing;
    return html`<span class="alternatives" role="group" aria-label="What “${text}” may be instead">
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
        aria-label="Text of the line at ${clock(this.line.start)}. Enter saves, Shift and Enter break the line, Escape leaves it."
        .value=${textOf(this.line)}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === 'Escape') leave();
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          save();
        }}
      ></textarea>
      <div class="actions">
        <button class="small primary" @click=${save}>Save</button>
        <button class="small" @click=${leave}>Leave as it was</button>
      </div>`;
  }

  #renderHeard(): TemplateResult {
    return html`<details>
      <summary>Corrected</summary>
      <div class="heard">
        <span>Heard: “${heardTextOf(this.line)}”</span>
        <button
          class="small"
          @click=${() => {
            this.#finish(restoreLine(this.line));
          }}
        >
          ${icons.undo}Restore
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

/** The alternatives of a word in words, if it has any. */
function orElse({ alternatives = [] }: LineWord): string {
  return alternatives.length === 0 ? '' : `, may be ${alternatives.map(({ text }) => text).join(' or ')}`;
}

/** What was said, if it is written differently. */
function saidFor({ spoken }: LineWord): string {
  return spoken === undefined ? '' : ` Said: “${spoken}”.`;
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
