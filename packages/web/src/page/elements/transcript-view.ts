import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { LiveRecording } from '../recording/live-recording.js';
import type { Settings } from '../settings/settings.js';
import { observe } from '../state/observe.js';
import type { Changeable, Observable } from '../state/observable.js';
import { textOf, type Line } from '../transcript/line.js';
import './partial-lines.js';
import { sharedStyles } from './shared-styles.js';
import './transcript-line.js';
import { TranscriptLine } from './transcript-line.js';

/**
 * Screen readers announce only the last finals: earlier ones have been announced, even if later ones are taken back.
 */
const ANNOUNCED = 3;
/** If it is scrolled to within this many pixels of its end, it follows the text. */
const NEAR_END = 120;

/** The transcript: what is final, what is being said and, if there is nothing, how to begin. */
export class TranscriptView extends LitElement {
  @property({ attribute: false }) lines!: Changeable<readonly Line[]>;
  @property({ attribute: false }) recording!: LiveRecording;
  @property({ attribute: false }) settings!: Observable<Settings>;
  @state() private behind = false;

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        padding: 0.75rem 0.75rem 1.5rem;
        overflow-y: auto;
        scrollbar-width: thin;
      }

      .empty {
        max-width: 34rem;
        margin: clamp(0.5rem, 7vh, 5rem) auto;
        padding: 0 0.5rem;
        color: var(--quiet);
      }

      .empty h3 {
        margin-bottom: 0.75rem;
        color: var(--ink);
        font-size: 1.375rem;
        font-weight: 650;
        line-height: 1.3;
        text-wrap: balance;
      }

      .empty ol {
        display: grid;
        gap: 0.75rem;
        padding: 0;
        list-style: none;
        counter-reset: step;
      }

      .empty li {
        display: grid;
        grid-template-columns: 2rem 1fr;
        gap: 0.75rem;
        counter-increment: step;
      }

      .empty li::before {
        content: counter(step);
        display: grid;
        place-content: center;
        width: 2rem;
        height: 2rem;
        border-radius: 50%;
        background: var(--tint);
        color: var(--accent);
        font-weight: 650;
      }

      .empty li p {
        padding-top: 0.25rem;
      }

      strong {
        color: var(--ink);
        font-weight: 650;
      }

      .sample {
        color: var(--warn);
        text-decoration: underline dotted 2px;
        text-underline-offset: 0.25em;
      }

      .private {
        margin-top: 1.5rem;
        padding-top: 1rem;
        border-top: 1px solid var(--rule);
        font-size: 0.875rem;
      }

      .follow {
        position: sticky;
        bottom: 0;
        display: block;
        margin: 0.5rem auto;
        box-shadow: var(--shadow);
      }
    `,
  ];

  #isFollowing = true;
  #announced: readonly Line[] = [];
  #known: ReadonlySet<string> = new Set();

  protected override firstUpdated(): void {
    observe(this, this.lines, this.settings);
    this.addEventListener('scroll', this.#onScroll, { passive: true });
  }

  /** Puts the focus on the next unsure word after the one that has it, or on the first. */
  focusNextUnsure(): void {
    const elements = [...this.renderRoot.querySelectorAll<TranscriptLine>('transcript-line')];
    const from = elements.findIndex((element) => element.matches(':focus-within'));
    const order = [...elements.slice(from + 1), ...elements.slice(0, from + 1)];
    order.some((element) => element.focusUnsure());
  }

  protected override willUpdate(): void {
    const lines = this.lines.value;
    const announced = new Set(this.#announced.map(({ id }) => id));
    this.#announced = lines.filter(({ id }) => announced.has(id) || !this.#known.has(id)).slice(-ANNOUNCED);
    this.#known = new Set(lines.map(({ id }) => id));
  }

  override render(): TemplateResult {
    const { settings, lines } = this;
    const { twoSpeakers, firstName, secondName, markUnsure, showSpoken } = settings.value;
    const isApart = twoSpeakers || lines.value.some(({ channel }) => channel !== undefined);
    const speakers = isApart ? [firstName, secondName] : [];
    return html`
      ${lines.value.length === 0 ? this.#renderEmpty() : nothing}
      <div>
        ${repeat(
          lines.value,
          ({ id }) => id,
          (line) =>
            html`<transcript-line
              .line=${line}
              .speaker=${line.channel === undefined ? undefined : speakers[line.channel]}
              .markUnsure=${markUnsure}
              .showSpoken=${showSpoken}
              @corrected=${({ detail }: CustomEvent<Line>) => {
                this.#replace(line, detail);
              }}
            ></transcript-line>`,
        )}
      </div>
      <partial-lines
        .recording=${this.recording}
        .speakers=${speakers}
        @grown=${this.#follow}
      ></partial-lines>
      <div class="spoken" aria-live="polite" aria-relevant="additions">
        ${repeat(
          this.#announced,
          ({ id }) => id,
          (line) =>
            html`<p>
              ${line.channel === undefined ? '' : `${speakers[line.channel] ?? ''}: `}${textOf({ words: line.heard })}
            </p>`,
        )}
      </div>
      ${
        this.behind
          ? html`<button class="follow small" @click=${this.#jump}>Go to the newest text</button>`
          : nothing
      }
    `;
  }

  override updated(changed: PropertyValues): void {
    // The view follows new text; the button that returns to the end is no new text.
    if (!changed.has('behind' as keyof TranscriptView)) this.#follow();
  }

  #renderEmpty(): TemplateResult {
    return html`<div class="empty">
      <h3>Speak, and the words appear here</h3>
      <ol>
        <li>
          <p>
            Press <strong>Start</strong> and allow the microphone. Text in slanted letters may still change.
          </p>
        </li>
        <li>
          <p>
            Words that may be wrong are <span class="sample">underlined with dots</span>. Click any word to
            correct it.
          </p>
        </li>
        <li>
          <p>
            When you are done, <strong>copy</strong> the text or <strong>download</strong> it as a Word file.
          </p>
        </li>
      </ol>
      <p class="private">
        You can also drop a recording anywhere on this page. Sound and text go to this server and nowhere
        else. The page forgets both when you close it; what the server keeps, its operator decides.
      </p>
    </div>`;
  }

  #replace(old: Line, corrected: Line): void {
    this.lines.set(this.lines.value.map((line) => (line.id === old.id ? corrected : line)));
  }

  readonly #follow = (): void => {
    if (this.lines.value.length === 0) return;
    if (this.#isFollowing) this.scrollTop = this.scrollHeight;
    else this.behind = this.recording.state.value.transcriber.kind === 'listening';
  };

  readonly #jump = (): void => {
    this.#isFollowing = true;
    this.behind = false;
    this.#follow();
  };

  readonly #onScroll = (): void => {
    this.#isFollowing = this.scrollHeight - this.clientHeight - this.scrollTop < NEAR_END;
    if (this.#isFollowing) this.behind = false;
  };
}

customElements.define('transcript-view', TranscriptView);
