import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { classMap } from 'lit/directives/class-map.js';
import { formStyles } from '../../page/elements/form-styles.js';
import { icons } from '../../page/elements/icons.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import type { Refusal } from '../../page/server/ask.js';
import { clock } from '../../page/transcript/clock.js';
import { placeWords, type PlacedWord } from '../compare/placed-words.js';
import type { Final, FinalVersion } from '../records/sessions-api.js';
import { showTime } from '../show/format.js';
import { problemView } from './asked-view.js';
import { consoleStyles } from './console-styles.js';
import { wordDifferenceView } from './word-difference-view.js';

/** What somebody has written in place of a version. */
export interface Correction {
  readonly final: Final;
  readonly version: number;
  readonly text: string;
}

/** What became of a correction. */
export type CorrectionOutcome = { readonly kind: 'saved' } | Refusal;

/**
 * A final: who said it and when, its words, its versions and how they differ, and a field to correct it. Dispatches
 * `hear` with a time in seconds.
 */
export class RecordFinal extends LitElement {
  @property({ attribute: false }) final!: Final;
  @property() speaker = '';
  /** Whether there is audio to hear it from. */
  @property({ type: Boolean }) hearable = false;
  @property({ type: Boolean }) correctable = false;
  /** The index of the word that is being said. */
  @property({ type: Number }) said = -1;
  @property({ attribute: false }) save!: (correction: Correction) => Promise<CorrectionOutcome>;
  /** What is in the field while it is corrected. */
  @state() private draft: string | undefined;
  @state() private busy = false;
  @state() private problem: Refusal | undefined;

  static override styles = [
    sharedStyles,
    formStyles,
    consoleStyles,
    css`
      :host {
        display: block;
        margin-inline: -0.5rem;
        padding: 0.625rem 0.5rem;
        border-bottom: 1px solid var(--rule);
        content-visibility: auto;
        contain-intrinsic-size: auto 5rem;
      }

      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0.125rem 0.625rem;
        margin-bottom: 0.125rem;
        font-size: 0.875rem;
      }

      .time {
        color: var(--quiet);
        font-variant-numeric: tabular-nums;
      }

      .who {
        font-weight: 600;
      }

      .text {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }

      .hearable .word {
        border-radius: 3px;
        cursor: pointer;
      }

      .hearable .word:hover {
        background: var(--raised);
      }

      .hearable .word.said,
      .hearable .word.said:hover {
        background: var(--accent);
        color: var(--on-accent);
        box-shadow: 0 0 0 2px var(--accent);
      }

      .word.doubtful {
        text-decoration: underline wavy var(--warn) 1px;
        text-underline-offset: 0.2em;
      }

      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
        margin-left: auto;
      }

      .tools button {
        min-height: 1.75rem;
      }

      textarea {
        min-height: 5rem;
        resize: vertical;
      }

      del {
        background: var(--bad-tint);
        color: var(--bad);
        text-decoration: line-through;
      }

      ins {
        background: var(--tint);
        color: var(--accent-strong);
        font-weight: 550;
        text-decoration: underline;
      }

      details {
        margin-top: 0.375rem;
      }

      summary {
        width: fit-content;
        font-size: 0.875rem;
        cursor: pointer;
      }

      ol {
        display: grid;
        gap: 0.5rem;
        padding: 0.5rem 0 0 1.25rem;
      }

      .about {
        color: var(--quiet);
        font-size: 0.8125rem;
      }

      .preview {
        padding: 0.5rem 0.625rem;
        border-radius: 8px;
        background: var(--raised);
        white-space: pre-wrap;
      }
    `,
  ];

  override render(): TemplateResult {
    const newest = this.#newest();
    const at = clock(newest.start);
    return html`
      <div class="line">
        <span class="time">${at}</span>
        ${this.speaker === '' ? nothing : html`<span class="who">${this.speaker}</span>`}
        ${this.final.versions.length > 1 ? html`<span class="mark good">${msg('Corrected')}</span>` : nothing}
        <span class="tools">
          ${
            this.hearable
              ? html`<button
                  class="small plain"
                  aria-label=${msg(str`Hear from ${at}`)}
                  @click=${() => this.#hear(newest.start)}
                >
                  ${icons.play}<span>${msg('Hear')}</span>
                </button>`
              : nothing
          }
          ${
            this.correctable && this.draft === undefined
              ? html`<button
                  class="small plain correct"
                  aria-label=${msg(str`Correct what was said at ${at}`)}
                  @click=${() => {
                    this.draft = newest.text;
                  }}
                >
                  ${icons.edit}<span>${msg('Correct')}</span>
                </button>`
              : nothing
          }
        </span>
      </div>
      ${this.draft === undefined ? this.#renderText(newest) : this.#renderEditor(newest, this.draft)}
      ${this.final.versions.length > 1 ? this.#renderVersions() : nothing}
    `;
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('draft')) return;
    const wasOpen = changed.get('draft') !== undefined;
    if (!wasOpen && this.draft !== undefined) this.renderRoot.querySelector('textarea')?.focus();
    if (wasOpen && this.draft === undefined) this.renderRoot.querySelector<HTMLElement>('.correct')?.focus();
  }

  #newest(): FinalVersion {
    const newest = this.final.versions.at(-1);
    if (newest === undefined) throw new Error('A final has at least one version.');
    return newest;
  }

  #renderText({ text, words }: FinalVersion): TemplateResult {
    if (text === '') return html`<p class="note">${msg('Nothing: it only takes other text back.')}</p>`;
    const { words: placed, rest } = placeWords(text, words);
    const content = [...placed.map((word) => this.#renderWord(word)), rest];
    // In one line, since blanks of the template would be shown.
    return html`<p class="line-text" @click=${this.#onWord}>
      <span class=${this.hearable ? 'text hearable' : 'text'}>${content}</span>
    </p>`;
  }

  #renderWord({ before, word, index }: PlacedWord): TemplateResult {
    const classes = classMap({ word: true, said: index === this.said, doubtful: word.doubtful === true });
    const title = word.spoken === undefined ? nothing : msg(str`Said: ${word.spoken}`);
    return html`${before}<span class=${classes} data-index=${index} title=${title}>${word.text}</span>`;
  }

  #renderEditor(newest: FinalVersion, draft: string): TemplateResult {
    return html`<form @submit=${this.#onSave}>
      <label for="draft">${msg('What was really said')}</label>
      <textarea
        id="draft"
        maxlength="20000"
        .value=${draft}
        @input=${(event: InputEvent) => {
          this.draft = (event.target as HTMLTextAreaElement).value;
        }}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === 'Escape') this.#close();
        }}
      ></textarea>
      ${
        draft === newest.text
          ? html`<p class="hint">${msg('Earlier versions are kept, with who wrote them.')}</p>`
          : html`<div>
              <p class="hint">${msg('What changes')}</p>
              <p class="preview">${wordDifferenceView(newest.text, draft)}</p>
            </div>`
      }
      <div role="alert">${this.problem === undefined ? nothing : problemView(this.problem)}</div>
      <div class="actions">
        <button class="primary" aria-disabled=${this.busy || draft === newest.text}>
          ${this.busy ? msg('One moment …') : msg('Save')}
        </button>
        <button type="button" @click=${() => this.#close()}>${msg('Cancel')}</button>
      </div>
    </form>`;
  }

  #renderVersions(): TemplateResult {
    const { versions } = this.final;
    return html`<details>
      <summary>${msg(str`${versions.length} versions`)}</summary>
      <ol>
        ${versions.map(
          ({ text, writtenBy, writtenAt }, index) =>
            html`<li>
              <p class="about">
                ${writtenBy === undefined ? msg('As it was recognised') : msg(str`Corrected by ${writtenBy}`)},
                ${showTime(writtenAt)}
              </p>
              <p>${index === 0 ? text : wordDifferenceView(versions[index - 1]?.text ?? '', text)}</p>
            </li>`,
        )}
      </ol>
    </details>`;
  }

  readonly #onWord = (event: MouseEvent): void => {
    if (!this.hearable) return;
    // Whoever has just selected text did not mean to hear it.
    if (getSelection()?.isCollapsed === false) return;
    const index = Number((event.target as HTMLElement).dataset['index'] ?? Number.NaN);
    const word = this.#newest().words[index];
    if (word !== undefined) this.#hear(word.start);
  };

  #hear(seconds: number): void {
    const detail = { seconds, channel: this.#newest().channel };
    this.dispatchEvent(new CustomEvent('hear', { detail, bubbles: true, composed: true }));
  }

  readonly #onSave = (event: SubmitEvent): void => {
    event.preventDefault();
    const { text, version } = this.#newest();
    if (this.busy || this.draft === undefined || this.draft === text) return;
    void this.#save({ final: this.final, version, text: this.draft });
  };

  async #save(correction: Correction): Promise<void> {
    this.busy = true;
    this.problem = undefined;
    const outcome = await this.save(correction);
    this.busy = false;
    if (outcome.kind === 'saved') this.#close();
    else this.problem = outcome;
  }

  #close(): void {
    this.draft = undefined;
    this.problem = undefined;
  }
}

customElements.define('record-final', RecordFinal);
