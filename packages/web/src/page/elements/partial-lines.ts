import type { NameOf, Segment } from '@auscult/client';
import { localized, msg } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { LiveRecording } from '../recording/live-recording.js';
import { observe } from '../state/observe.js';
import { sharedStyles } from './shared-styles.js';

/**
 * The text that is being said and may still change: in italics, after a dashed rule, and labelled as such. Screen readers
 * do not announce it, because it changes several times a second. Dispatches `grown` when the text has grown.
 */
@localized()
export class PartialLines extends LitElement {
  @property({ attribute: false }) recording!: LiveRecording;
  /** What a speaker is called; absent if speakers are not told apart. */
  @property({ attribute: false }) nameOf: NameOf | undefined;

  static override styles = [
    sharedStyles,
    css`
      .partial {
        margin: 0.25rem 0 0.25rem 4.25rem;
        padding: 0.125rem 0.75rem;
        border-left: 3px dashed var(--edge);
        color: var(--quiet);
      }

      .tag {
        font-size: 0.8125rem;
        font-weight: 600;
      }

      .text {
        font-size: 1.125rem;
        line-height: 1.75;
        font-style: italic;
        overflow-wrap: anywhere;
      }

      .unsettled {
        text-decoration: underline dotted;
      }

      @media (width < 40rem) {
        .partial {
          margin-left: 0.25rem;
        }
      }
    `,
  ];

  protected override firstUpdated(): void {
    observe(this, this.recording.state);
  }

  override render(): TemplateResult {
    const { partials, dropped } = this.recording.state.value;
    return html`${[0, 1].map((channel) => {
      const [partial, reason] = [partials[channel], dropped[channel]];
      if (partial === undefined)
        return reason === undefined ? nothing : html`<p class="partial dropped tag">${reason}</p>`;
      return html`<div class="partial" aria-live="off">
        <p class="tag">${this.#speakerBefore(partial)}${msg('still listening …')}</p>
        <p class="text">${partial.text}<span class="unsettled">${partial.unsettled}</span></p>
      </div>`;
    })}`;
  }

  #speakerBefore({ speaker, channel }: Segment): string {
    const number = speaker ?? channel;
    return number === undefined || this.nameOf === undefined ? '' : `${this.nameOf(number)}, `;
  }

  override updated(): void {
    this.dispatchEvent(new Event('grown'));
  }
}

customElements.define('partial-lines', PartialLines);
