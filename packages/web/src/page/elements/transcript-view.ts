import { localized, msg } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { LiveRecording } from '../recording/live-recording.js';
import type { Settings } from '../settings/settings.js';
import { channelNames } from '../settings/channel-names.js';
import { observe } from '../state/observe.js';
import type { Changeable, Observable } from '../state/observable.js';
import type { Speakers } from '../speakers/speakers.js';
import { textOf, type Line } from '../transcript/line.js';
import { partsOf, speakersOf, withPart, type LinePart } from '../transcript/parts.js';
import { icons } from './icons.js';
import './partial-lines.js';
import { sharedStyles } from './shared-styles.js';
import './transcript-line.js';
import { TranscriptLine, type MovedWords, type Person } from './transcript-line.js';

/**
 * Screen readers announce only the last finals: earlier ones have been announced, even if later ones are taken back.
 */
const ANNOUNCED = 3;
/** If it is scrolled to within this many pixels of its end, it follows the text. */
const NEAR_END = 120;

/** The transcript: what is final, what is being said and, if there is nothing, how to begin. */
@localized()
export class TranscriptView extends LitElement {
  @property({ attribute: false }) lines!: Changeable<readonly Line[]>;
  @property({ attribute: false }) recording!: LiveRecording;
  @property({ attribute: false }) settings!: Observable<Settings>;
  @property({ attribute: false }) speakers!: Speakers;
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

      .offer {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem 0.75rem;
        align-items: center;
        margin-top: 1.25rem;
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

      @media print {
        :host {
          padding: 0;
          overflow: visible;
        }

        .empty,
        .follow,
        partial-lines {
          display: none;
        }
      }
    `,
  ];

  #isFollowing = true;
  #announced: readonly Line[] = [];
  #known: ReadonlySet<string> = new Set();
  #people: readonly Person[] = [];
  /** The parts of lines that a person is at, as they were when that began: they must not change under their hands. */
  readonly #held = new Map<string, readonly LinePart[]>();
  /** What was announced, by line: it does not change when the speaker does, since it would be read again. */
  readonly #sentences = new Map<string, string>();

  protected override firstUpdated(): void {
    observe(this, this.lines, this.settings, this.speakers.state);
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
    for (const id of this.#sentences.keys())
      if (this.#announced.every((line) => line.id !== id)) this.#sentences.delete(id);
    const people = this.speakers
      .people()
      .map(({ speaker }) => ({ speaker, name: this.speakers.nameOf(speaker) }));
    // The same list as long as nothing has changed, so that lines are not rendered again.
    if (JSON.stringify(people) !== JSON.stringify(this.#people)) this.#people = people;
  }

  override render(): TemplateResult {
    const { lines } = this;
    const { twoSpeakers, speakers: told } = this.settings.value;
    const isApart = twoSpeakers || told !== 'off' || this.#people.length > 0;
    const { nameOf } = this.speakers;
    // Before the first line, only the settings know who has which microphone.
    const nameOfPartial = (speaker: number | undefined): string =>
      (twoSpeakers && this.#people.length === 0
        ? channelNames(this.settings.value)[speaker ?? 0]
        : undefined) ?? nameOf(speaker);
    const parts = lines.value.flatMap((line) => this.#held.get(line.id) ?? partsOf(line));
    return html`
      ${lines.value.length === 0 ? this.#renderEmpty() : nothing}
      <div>
        ${repeat(
          parts,
          ({ line: { id } }) => id,
          (part, index) => this.#renderPart(part, parts[index - 1]),
        )}
      </div>
      <partial-lines
        .recording=${this.recording}
        .nameOf=${isApart ? nameOfPartial : undefined}
        @grown=${this.#follow}
      ></partial-lines>
      <div class="spoken" aria-live="polite" aria-relevant="additions">
        ${repeat(
          this.#announced,
          ({ id }) => id,
          (line) => html`<p>${this.#announcement(line)}</p>`,
        )}
      </div>
      ${
        this.behind
          ? html`<button class="follow small" @click=${this.#jump}>${msg('Go to the newest text')}</button>`
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
      <h3>${msg('Speak, and the words appear here')}</h3>
      <ol>
        <li>
          <p>
            ${msg(html`Press <strong>Start</strong> and allow the microphone. Text in slanted letters may still change.`)}
          </p>
        </li>
        <li>
          <p>
            ${msg(html`Words that may be wrong are <span class="sample">underlined with dots</span>. Click any word to correct it.`)}
          </p>
        </li>
        <li>
          <p>
            ${msg(html`When you are done, <strong>copy</strong> the text or <strong>download</strong> it as a Word file.`)}
          </p>
        </li>
      </ol>
      ${
        this.settings.value.microphoneChecked
          ? nothing
          : html`<p class="offer">
              <button class="small" @click=${() => this.dispatchEvent(new Event('check-microphone'))}>
                ${icons.microphone}<span>${msg('Check the microphone')}</span>
              </button>
              <span>${msg('Are you heard? It takes half a minute.')}</span>
            </p>`
      }
      <p class="private">
        ${msg('You can also drop a recording anywhere on this page. Sound and text go to this server and nowhere else. The page forgets both when you close it; what the server keeps, its operator decides.')}
      </p>
    </div>`;
  }

  #renderPart(part: LinePart, before: LinePart | undefined): TemplateResult {
    const { markUnsure, showSpoken } = this.settings.value;
    const { settledSeconds } = this.speakers.state.value;
    const { line, speaker } = part;
    const isApart = this.#people.length > 0;
    const isProvisional =
      isApart &&
      settledSeconds !== undefined &&
      line.end > settledSeconds &&
      !line.heard.every(({ isAssigned, text }) => isAssigned === true || text === '');
    return html`<transcript-line
      .line=${line}
      .people=${this.#people}
      .speaker=${speaker}
      .speakerName=${isApart ? this.speakers.nameOf(speaker) : undefined}
      .startsTurn=${isApart && (before === undefined || before.speaker !== speaker)}
      .isProvisional=${isProvisional}
      .markUnsure=${markUnsure}
      .showSpoken=${showSpoken}
      @corrected=${({ detail }: CustomEvent<Line>) => {
        this.#replace(part.whole, detail);
      }}
      @held=${({ detail }: CustomEvent<boolean>) => {
        if (detail) this.#held.set(part.whole.id, partsOf(part.whole));
        else this.#held.delete(part.whole.id);
        this.requestUpdate();
      }}
      @moved=${({ detail }: CustomEvent<MovedWords>) => {
        this.#move(part, detail);
      }}
    ></transcript-line>`;
  }

  #replace({ id }: Line, corrected: Line): void {
    this.lines.set(this.lines.value.map((line) => (line.id === id ? withPart(line, corrected) : line)));
  }

  /** Gives words of a part to somebody, and puts the focus where they are then. */
  #move({ whole, from, to }: LinePart, { words = [from, to - 1], speaker }: MovedWords): void {
    const [start] = words;
    this.#held.delete(whole.id);
    this.speakers.assign({ line: whole.id, words, speaker: speaker ?? this.speakers.nextNumber() });
    void this.updateComplete.then(async () => {
      const parts = this.lines.value.flatMap(partsOf);
      const index = parts.findIndex(
        (part) => part.whole.id === whole.id && start >= part.from && start < part.to,
      );
      const element = this.renderRoot.querySelectorAll<TranscriptLine>('transcript-line')[index];
      await element?.updateComplete;
      element?.focusMove();
    });
  }

  /** What screen readers say of a final: who spoke as far as that was known then, and the words. */
  #announcement(line: Line): string {
    const known = this.#sentences.get(line.id);
    if (known !== undefined) return known;
    const speakers = new Set(speakersOf(line).filter((speaker) => speaker !== undefined));
    const names = [...speakers].map((speaker) => this.speakers.nameOf(speaker)).join(', ');
    const sentence = `${names === '' ? '' : `${names}: `}${textOf({ words: line.heard })}`;
    this.#sentences.set(line.id, sentence);
    return sentence;
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
