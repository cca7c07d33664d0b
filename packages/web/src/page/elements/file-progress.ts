import { localized, msg } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { isBusy, type FileState, type FileTranscription } from '../files/file-transcription.js';
import { observe } from '../state/observe.js';
import { sharedStyles } from './shared-styles.js';

/** How far a dropped file has come, with a way to cancel it. */
@localized()
export class FileProgress extends LitElement {
  @property({ attribute: false }) files!: FileTranscription;

  static override styles = [
    sharedStyles,
    css`
      .card {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem 1rem;
        align-items: center;
        margin-bottom: 0.75rem;
        padding: 0.75rem 1rem;
        border-radius: var(--round);
        background: var(--tint);
      }

      .failed {
        background: var(--bad-tint);
      }

      .words {
        flex: 1 1 14rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }

      .name {
        font-weight: 650;
      }

      progress {
        flex: 1 1 100%;
        width: 100%;
        height: 0.625rem;
        accent-color: var(--accent);
      }
    `,
  ];

  protected override firstUpdated(): void {
    observe(this, this.files.state);
  }

  override render(): TemplateResult | typeof nothing {
    const { value: state } = this.files.state;
    if (state.kind === 'none') return nothing;
    return html`<div class="card ${state.kind}">
      <div class="words">
        <p class="name">${state.name}</p>
        <p role=${state.kind === 'failed' ? 'alert' : 'status'}>${sentenceOf(state)}</p>
      </div>
      ${
        isBusy(state)
          ? html`<button class="small" @click=${this.files.cancel}>${msg('Cancel')}</button>`
          : html`<button class="small" @click=${this.files.dismiss}>${msg('Close')}</button>`
      }
      ${
        state.kind === 'uploading' || state.kind === 'transcribing'
          ? html`<progress aria-label=${sentenceOf(state)} max="1" .value=${state.share}></progress>`
          : nothing
      }
      ${state.kind === 'waiting' ? html`<progress aria-label=${sentenceOf(state)}></progress>` : nothing}
    </div>`;
  }
}

function sentenceOf(state: Exclude<FileState, { kind: 'none' }>): string {
  switch (state.kind) {
    case 'uploading':
      return msg('Being sent to the server');
    case 'waiting':
      return msg('Waits until the server has time for it');
    case 'transcribing':
      return msg('Being transcribed');
    case 'done':
      return state.empty ? msg('No speech was found in it.') : msg('Transcribed.');
    case 'failed':
      return state.message;
  }
}

customElements.define('file-progress', FileProgress);
