import { make } from '../shared-styles/make.js';

const SHAPES = '●■◆▲';

/** The sign by which a speaker is known besides the name: 16 pairs of a shape and a colour, so that colour never matters alone. */
export function speakerMark(speaker: number): HTMLElement {
  const shape = SHAPES[(speaker + Math.floor(speaker / 4)) % 4] ?? '';
  return make('span', { part: 'mark', 'aria-hidden': 'true', class: `who-${String(speaker % 4)}` }, shape);
}
