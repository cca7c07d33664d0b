import { localized, msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { describeState } from '../recording/describe-state.js';
import { isUnderWay } from '../recording/recording-state.js';
import type { LiveRecording } from '../recording/live-recording.js';
import { observe } from '../state/observe.js';
import type { Observable } from '../state/observable.js';
import type { Settings } from '../settings/settings.js';
import { clock, spokenClock } from '../transcript/clock.js';
import { icons } from './icons.js';
import './level-meter.js';
import { sharedStyles } from './shared-styles.js';

/** Start, pause, stop, mute, the level, the time, and the state in words. */
@localized()
export class ControlBar extends LitElement {
  @property({ attribute: false }) recording!: LiveRecording;
  @property({ attribute: false }) settings!: Observable<Settings>;

  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        background: var(--paper);
        border-top: 1px solid var(--rule);
        box-shadow: var(--shadow);
      }

      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.625rem 1rem;
        max-width: 76rem;
        margin: 0 auto;
        padding: 0.75rem max(1.25rem, env(safe-area-inset-left));
        padding-bottom: max(0.75rem, env(safe-area-inset-bottom));
      }

      .buttons {
        display: flex;
        gap: 0.5rem;
      }

      .buttons button {
        min-height: 3rem;
      }

      button.main {
        min-width: 8.5rem;
        font-size: 1.0625rem;
      }

      button.icon {
        width: 3rem;
      }

      button[aria-pressed='true'] {
        background: var(--warn-tint);
        border-color: var(--warn);
        color: var(--warn);
      }

      .state {
        flex: 1 1 16rem;
        min-width: 0;
      }

      .label {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        font-weight: 650;
      }

      .dot {
        width: 0.75rem;
        height: 0.75rem;
        flex: none;
        border-radius: 50%;
        border: 2px solid currentColor;
      }

      .live .dot {
        background: currentColor;
        animation: breathe 2s ease-in-out infinite;
      }

      .live .label {
        color: var(--accent);
      }

      .bad .label {
        color: var(--bad);
      }

      .bad .dot,
      .waiting .dot {
        border-radius: 2px;
        background: currentColor;
      }

      .waiting .label {
        color: var(--warn);
      }

      .sentence {
        color: var(--quiet);
        font-size: 0.875rem;
      }

      .retry {
        margin-top: 0.375rem;
      }

      .measures {
        display: flex;
        align-items: center;
        gap: 0.875rem;
      }

      level-meter {
        width: 8rem;
      }

      time {
        min-width: 3.5ch;
        font-size: 1.25rem;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
        text-align: right;
      }

      @keyframes breathe {
        50% {
          opacity: 0.35;
        }
      }

      @media (width < 40rem) {
        .bar {
          gap: 0.5rem 0.75rem;
          padding: 0.625rem 1rem;
          padding-bottom: max(0.625rem, env(safe-area-inset-bottom));
        }

        .state {
          order: -2;
          flex: 1 1 9rem;
        }

        .measures {
          order: -1;
          align-self: flex-start;
        }

        level-meter {
          width: 3.5rem;
        }

        .buttons {
          flex: 1 1 100%;
        }

        .buttons button:not(.icon) {
          padding-inline: 0.5rem;
        }

        button.main {
          flex: 1;
          min-width: 0;
        }
      }
    `,
  ];

  protected override firstUpdated(): void {
    observe(this, this.recording.state, this.settings);
  }

  override render(): TemplateResult {
    const { state } = this.recording;
    const { transcriber, elapsedSeconds } = state.value;
    const description = describeState(state.value, performance.now());
    const channels = this.settings.value.twoSpeakers ? 2 : 1;
    return html`<div class="bar">
      <div class="buttons" role="group" aria-label=${msg('Recording')}>
        ${this.#renderMain()} ${this.#renderStop()} ${this.#renderMute()}
      </div>
      <div class="state ${description.tone}">
        <p class="label"><span class="dot" aria-hidden="true"></span>${description.label}</p>
        <p class="sentence">${description.sentence}</p>
        ${
          transcriber.kind === 'reconnecting' && transcriber.reason !== 'unauthorized'
            ? html`<button class="small retry" @click=${this.recording.retryNow}>
                ${msg('Try again now')}
              </button>`
            : nothing
        }
        <span class="spoken" role="status">${transcriber.kind === 'idle' ? '' : description.label}</span>
      </div>
      <div class="measures">
        ${
          transcriber.kind === 'listening' || transcriber.kind === 'reconnecting'
            ? html`<level-meter .levels=${this.recording.levels} .channels=${channels}></level-meter>`
            : nothing
        }
        <time
          datetime="PT${String(Math.floor(elapsedSeconds))}S"
          aria-label=${msg(str`Recorded: ${spokenClock(elapsedSeconds)}`)}
          role="timer"
          aria-live="off"
          >${clock(elapsedSeconds)}</time
        >
      </div>
    </div>`;
  }

  /** Start, pause and resume are one button, which stays in its place and so keeps the focus. */
  #renderMain(): TemplateResult {
    const { recording } = this;
    const { kind } = recording.state.value.transcriber;
    const [icon, label, act] = ((): [TemplateResult, string, (() => void) | undefined] => {
      switch (kind) {
        case 'idle':
        case 'stopped':
          return [icons.record, msg('Start'), () => void recording.start()];
        case 'failed':
          return [icons.record, msg('Try again'), () => void recording.start()];
        case 'starting':
          return [icons.record, msg('Starting …'), undefined];
        case 'stopping':
          return [icons.record, msg('Finishing …'), undefined];
        case 'paused':
          return [icons.record, msg('Resume'), recording.resume];
        case 'listening':
        case 'reconnecting':
        case 'microphone-lost':
          return [icons.pause, msg('Pause'), recording.pause];
      }
    })();
    return html`<button class="main primary" aria-disabled=${act === undefined} @click=${() => act?.()}>
      ${icon}<span>${label}</span>
    </button>`;
  }

  #renderStop(): TemplateResult {
    const { recording } = this;
    const { kind } = recording.state.value.transcriber;
    if (kind === 'stopping' || kind === 'starting')
      return html`<button @click=${recording.abandon}>
        ${icons.stop}<span>${kind === 'stopping' ? msg('End now') : msg('Cancel')}</span>
      </button>`;
    return html`<button
      ?disabled=${!isUnderWay(recording.state.value.transcriber)}
      @click=${() => void recording.stop()}
    >
      ${icons.stop}<span>${msg('Stop')}</span>
    </button>`;
  }

  #renderMute(): TemplateResult {
    const { muted, transcriber } = this.recording.state.value;
    const possible = transcriber.kind === 'listening' || transcriber.kind === 'reconnecting';
    return html`<button
      class="icon"
      aria-label=${msg('Mute')}
      title=${msg('Mute')}
      aria-pressed=${muted}
      ?disabled=${!possible}
      @click=${() => {
        this.recording.mute(!muted);
      }}
    >
      ${muted ? icons.muted : icons.microphone}
    </button>`;
  }
}

customElements.define('control-bar', ControlBar);
