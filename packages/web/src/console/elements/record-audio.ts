import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { icons } from '../../page/elements/icons.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import { clock, spokenClock } from '../../page/transcript/clock.js';
import { audioPath } from '../records/sessions-api.js';
import { showNumber } from '../show/format.js';
import { consoleStyles } from './console-styles.js';
import { problemView } from './asked-view.js';

/** The audio of a channel that is kept. */
export interface KeptAudio {
  readonly channel: number;
  readonly seconds: number;
}

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];

/** How far the arrow keys go, seconds. */
const ARROW_SECONDS = 5;

/**
 * Plays the kept audio of a session; nothing is fetched before somebody wants to hear it. Dispatches `time` with the
 * seconds that are being heard and their channel, and `step` with -1 or 1 for the word before or after.
 */
export class RecordAudio extends LitElement {
  @property() record = '';
  @property({ attribute: false }) kept: readonly KeptAudio[] = [];
  @state() private channel = 0;
  @state() private isPlaying = false;
  @state() private seconds = 0;
  @state() private speed = 1;
  @state() private hasFailed = false;

  readonly #audio = createRef<HTMLAudioElement>();
  #frame = 0;

  static override styles = [
    sharedStyles,
    consoleStyles,
    css`
      :host {
        position: sticky;
        z-index: 2;
        top: 0;
        margin-bottom: 0.75rem;
        padding: 0.625rem 0.75rem;
        border: 1px solid var(--rule);
        border-radius: var(--round);
        background: var(--paper);
        box-shadow: var(--shadow);
      }

      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem 0.5rem;
      }

      .position {
        display: flex;
        flex: 1 1 14rem;
        align-items: center;
        gap: 0.5rem;
        font-variant-numeric: tabular-nums;
        font-size: 0.875rem;
      }

      input[type='range']:not([type='checkbox'], [type='radio'], [type='file']) {
        flex: 1;
        min-width: 0;
        min-height: 1.5rem;
        padding: 0;
        border: none;
        background: transparent;
        accent-color: var(--accent);
      }

      select {
        width: auto;
        min-height: 2.25rem;
      }
    `,
  ];

  /** Plays from there on. */
  playFrom(seconds: number, channel = this.channel): void {
    this.channel = this.kept.some((each) => each.channel === channel) ? channel : this.channel;
    void this.updateComplete.then(() => {
      this.#seek(seconds);
      this.#play();
    });
  }

  /** Goes there, and plays on if it was playing. */
  goTo(seconds: number): void {
    this.#seek(seconds);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
    this.#audio.value?.pause();
  }

  override render(): TemplateResult {
    const total = this.#total();
    return html`<div class="bar" role="group" aria-label=${msg('Audio')} @keydown=${this.#onKey}>
        <audio
          ${ref(this.#audio)}
          preload="none"
          src=${audioPath(this.record, this.channel)}
          @play=${() => {
            this.isPlaying = true;
            this.#follow();
          }}
          @pause=${this.#onPause}
          @ended=${this.#onPause}
          @error=${() => {
            this.isPlaying = false;
            this.hasFailed = true;
          }}
        ></audio>
        <button
          class="icon"
          aria-label=${msg('Word before')}
          title=${msg('Word before')}
          @click=${() => this.#step(-1)}
        >
          ${icons.wordBack}
        </button>
        <button
          class="icon primary play"
          aria-label=${this.isPlaying ? msg('Pause') : msg('Play')}
          title=${this.isPlaying ? msg('Pause') : msg('Play')}
          @click=${this.#toggle}
        >
          ${this.isPlaying ? icons.pause : icons.play}
        </button>
        <button
          class="icon"
          aria-label=${msg('Word after')}
          title=${msg('Word after')}
          @click=${() => this.#step(1)}
        >
          ${icons.wordOn}
        </button>
        <span class="position">
          <span aria-hidden="true">${clock(this.seconds)}</span>
          <input
            type="range"
            min="0"
            max=${Math.max(1, Math.ceil(total))}
            step="0.1"
            .value=${String(this.seconds)}
            aria-label=${msg('Position')}
            aria-valuetext=${msg(str`${spokenClock(this.seconds)} of ${spokenClock(total)}`)}
            @input=${(event: InputEvent) => {
              this.#seek(Number((event.target as HTMLInputElement).value));
            }}
          />
          <span aria-hidden="true">${clock(total)}</span>
        </span>
        ${this.#renderChannels()}
        <select aria-label=${msg('Speed')} @change=${this.#onSpeed}>
          ${SPEEDS.map((speed) => html`<option value=${speed} ?selected=${speed === this.speed}>${showNumber(speed, 2)}×</option>`)}
        </select>
      </div>
      ${this.hasFailed ? problemView(msg('The audio cannot be played. Check the network, then press Play again.')) : nothing}`;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const first = this.kept[0]?.channel ?? 0;
    if (changed.has('kept') && !this.kept.some(({ channel }) => channel === this.channel))
      this.channel = first;
  }

  #renderChannels(): TemplateResult | typeof nothing {
    if (this.kept.length < 2) return nothing;
    return html`<select
      aria-label=${msg('Channel')}
      @change=${(event: Event) => {
        const channel = Number((event.target as HTMLSelectElement).value);
        if (this.isPlaying) this.playFrom(this.seconds, channel);
        else this.channel = channel;
      }}
    >
      ${this.kept.map(({ channel }) => html`<option value=${channel} ?selected=${channel === this.channel}>${msg(str`Channel ${channel + 1}`)}</option>`)}
    </select>`;
  }

  #total(): number {
    return this.kept.find(({ channel }) => channel === this.channel)?.seconds ?? 0;
  }

  #play(): void {
    const audio = this.#audio.value;
    if (audio === undefined) return;
    if (this.hasFailed) {
      this.hasFailed = false;
      audio.load();
      audio.currentTime = this.seconds;
    }
    // Without it, the browser would begin at the speed that it has by default.
    audio.playbackRate = this.speed;
    // Whatever goes wrong is told by the event `error`; a new press on a button may interrupt it.
    audio.play().catch(() => undefined);
  }

  readonly #toggle = (): void => {
    const audio = this.#audio.value;
    if (this.isPlaying) audio?.pause();
    else {
      if (audio !== undefined && audio.currentTime !== this.seconds) audio.currentTime = this.seconds;
      this.#play();
    }
  };

  readonly #onPause = (): void => {
    this.isPlaying = false;
    cancelAnimationFrame(this.#frame);
  };

  /** Tells what is being heard, as often as the screen can show it. */
  #follow(): void {
    cancelAnimationFrame(this.#frame);
    const tick = (): void => {
      const audio = this.#audio.value;
      if (audio === undefined || !this.isPlaying) return;
      if (!audio.seeking) this.#tell(audio.currentTime);
      this.#frame = requestAnimationFrame(tick);
    };
    tick();
  }

  #seek(seconds: number): void {
    const audio = this.#audio.value;
    if (audio !== undefined) audio.currentTime = seconds;
    this.#tell(seconds);
  }

  #tell(seconds: number): void {
    this.seconds = seconds;
    this.dispatchEvent(new CustomEvent('time', { detail: { seconds, channel: this.channel } }));
  }

  #step(step: -1 | 1): void {
    const detail = { step, seconds: this.seconds, channel: this.channel };
    this.dispatchEvent(new CustomEvent('step', { detail }));
  }

  readonly #onSpeed = (event: Event): void => {
    this.speed = Number((event.target as HTMLSelectElement).value);
    if (this.#audio.value !== undefined) this.#audio.value.playbackRate = this.speed;
  };

  /** Keys while something of the bar has the focus; fields have their own. */
  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLSelectElement || event.target instanceof HTMLInputElement) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    const seconds = this.seconds + (event.key === 'ArrowLeft' ? -ARROW_SECONDS : ARROW_SECONDS);
    this.#seek(Math.min(this.#total(), Math.max(0, seconds)));
  };
}

customElements.define('record-audio', RecordAudio);
