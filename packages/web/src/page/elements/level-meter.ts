import { css, html, LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { Levels } from '../recording/recording-state.js';
import type { Observable } from '../state/observable.js';

const CHANNELS = [0, 1];
/** Anything quieter is shown as silence, decibels. */
const FLOOR_DB = -60;

/**
 * Shows how loud each channel is. It moves bars only by a transform, without rendering, and is hidden from screen
 * readers: the state says in words when no sound comes in.
 */
export class LevelMeter extends LitElement {
  @property({ attribute: false }) levels!: Observable<Levels>;
  @property({ type: Number }) channels = 1;

  static override styles = css`
    :host {
      display: grid;
      gap: 4px;
      align-content: center;
    }

    .bar {
      height: 8px;
      border-radius: 4px;
      overflow: hidden;
      background: var(--raised);
      border: 1px solid var(--edge);
    }

    .fill {
      height: 100%;
      width: 100%;
      background: var(--accent);
      transform-origin: left;
      transform: scaleX(var(--level, 0));
    }
  `;

  #end: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#end = this.levels.subscribe(() => {
      this.#show();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.();
  }

  override render(): TemplateResult {
    return html`${CHANNELS.slice(0, this.channels).map(
      () => html`<div class="bar" aria-hidden="true"><div class="fill"></div></div>`,
    )}`;
  }

  #show(): void {
    const fills = this.renderRoot.querySelectorAll<HTMLElement>('.fill');
    for (const [channel, fill] of fills.entries()) {
      const { rms } = this.levels.value[channel] ?? { rms: 0 };
      fill.style.setProperty('--level', lengthOf(rms).toFixed(3));
    }
  }
}

function lengthOf(rms: number): number {
  if (rms <= 0) return 0;
  return Math.min(1, Math.max(0, 1 - (20 * Math.log10(rms)) / FLOOR_DB));
}

customElements.define('level-meter', LevelMeter);
