import { svg, type SVGTemplateResult, html, type TemplateResult } from 'lit';

/** The page's icons: 24 units wide, drawn with the colour of the text, and never the only name of a button. */
export const icons = {
  pulse: icon(svg`<path d="M2 13h4l3-8 5 15 3-10 2 3h3" />`),
  record: icon(svg`<circle cx="12" cy="12" r="6" fill="currentColor" />`),
  play: icon(svg`<path d="M7 5v14l12-7Z" fill="currentColor" />`),
  wordBack: icon(svg`<path d="M18 6l-8 6 8 6ZM6 6v12" />`),
  wordOn: icon(svg`<path d="M6 6l8 6-8 6ZM18 6v12" />`),
  pause: icon(svg`<path d="M8 5v14M16 5v14" stroke-width="3" />`),
  stop: icon(svg`<rect x="6" y="6" width="12" height="12" rx="2" fill="currentColor" />`),
  microphone: icon(
    svg`<rect x="9" y="3" width="6" height="11" rx="3" /><path d="M5 11a7 7 0 0 0 14 0M12 18v3" />`,
  ),
  muted: icon(
    svg`<path d="M9 9v2a3 3 0 0 0 5 2M15 10V6a3 3 0 0 0-6-.5M5 11a7 7 0 0 0 12 5M19 11v.5M12 18v3M3 3l18 18" />`,
  ),
  copy: icon(
    svg`<rect x="9" y="9" width="11" height="12" rx="2" /><path d="M15 9V5a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2h3" />`,
  ),
  download: icon(svg`<path d="M12 4v11M7 11l5 5 5-5M5 20h14" />`),
  print: icon(
    svg`<path d="M7 9V3h10v6M7 17H4v-7a1 1 0 0 1 1-1h14a1 1 0 0 1 1 1v7h-3" /><rect x="7" y="14" width="10" height="7" />`,
  ),
  more: icon(svg`<path d="m6 9 6 6 6-6" />`),
  close: icon(svg`<path d="m6 6 12 12M18 6 6 18" />`),
  settings: icon(
    svg`<path d="M4 7h10M18 7h2M4 17h2M10 17h10" /><circle cx="16" cy="7" r="2" /><circle cx="8" cy="17" r="2" />`,
  ),
  keyboard: icon(
    svg`<rect x="2" y="6" width="20" height="12" rx="2" /><path d="M6 10h.01M10 10h.01M14 10h.01M18 10h.01M8 14h8" />`,
  ),
  sun: icon(
    svg`<circle cx="12" cy="12" r="4" /><path d="M12 2v2M12 20v2M4 12H2M22 12h-2M5 5l1.500 1.500M17.500 17.500 19 19M5 19l1.500-1.500M17.500 6.500 19 5" />`,
  ),
  moon: icon(svg`<path d="M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10Z" />`),
  edit: icon(svg`<path d="M4 20h4L19 9l-4-4L4 16v4ZM13 7l4 4" />`),
  undo: icon(svg`<path d="M9 6 4 11l5 5M4 11h10a6 6 0 0 1 0 12" transform="translate(0 -3)" />`),
  file: icon(svg`<path d="M14 3H6a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V8l-5-5ZM14 3v5h5" />`),
  alert: icon(
    svg`<path d="M12 9v4M12 17h.01M10.300 4 2.500 18a2 2 0 0 0 1.700 3h15.600a2 2 0 0 0 1.700-3L13.700 4a2 2 0 0 0-3.400 0Z" />`,
  ),
  person: icon(svg`<circle cx="12" cy="8" r="4" /><path d="M4 21a8 8 0 0 1 16 0" />`),
  swap: icon(svg`<path d="M4 8h15M15 4l4 4-4 4M20 16H5M9 12l-4 4 4 4" />`),
  back: icon(svg`<path d="M11 6l-6 6 6 6M5 12h14" />`),
  add: icon(svg`<path d="M12 5v14M5 12h14" />`),
} as const;

function icon(paths: SVGTemplateResult): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true">${paths}</svg>`;
}
