import { css, html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';

/** Width of the light border, squares: without it, scanners do not find the code. */
const BORDER = 4;

/**
 * A text as a QR code: dark on white in every theme of the page. The library that draws it is loaded when the first code
 * is shown.
 */
export class QrCode extends LitElement {
  @property() text = '';
  /** A description, for those who cannot see it. */
  @property() label = '';
  @state() private squares: readonly (readonly boolean[])[] = [];

  static override styles = css`
    :host {
      display: block;
      width: 12rem;
      max-width: 100%;
      aspect-ratio: 1;
    }

    svg {
      display: block;
      width: 100%;
      border-radius: 8px;
      background: #fff;
      fill: #000;
    }
  `;

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('text')) void this.#draw();
  }

  override render(): TemplateResult | typeof nothing {
    const { length } = this.squares;
    if (length === 0) return nothing;
    const path = this.squares
      .flatMap((row, y) => row.map((dark, x) => (dark ? `M${String(x)} ${String(y)}h1v1h-1z` : '')))
      .join('');
    const side = String(length);
    return html`<svg
      viewBox="0 0 ${side} ${side}"
      role="img"
      aria-label=${this.label}
      shape-rendering="crispEdges"
    >
      ${svg`<path d=${path} />`}
    </svg>`;
  }

  async #draw(): Promise<void> {
    try {
      const { encodeQR } = await import('qr');
      this.squares = encodeQR(this.text, 'raw', { border: BORDER });
    } catch {
      // Without the library there is no code, but the text is shown beside it.
      this.squares = [];
    }
  }
}

customElements.define('qr-code', QrCode);
