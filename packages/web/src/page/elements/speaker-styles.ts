import { css } from 'lit';

/** The colour and the shape of the mark by which a speaker is known, besides the name: 16 pairs that differ without colour, too. */
export function speakerClasses(speaker: number): string {
  const [colour, shape] = [speaker % 4, (speaker + Math.floor(speaker / 4)) % 4];
  return `colour-${String(colour)} shape-${String(shape)}`;
}

/** Styles of these classes: `--who` is the colour, and an element with the class `mark` has the shape. */
export const speakerStyles = css`
  .colour-0 {
    --who: var(--speaker-0);
  }

  .colour-1 {
    --who: var(--speaker-1);
  }

  .colour-2 {
    --who: var(--speaker-2);
  }

  .colour-3 {
    --who: var(--speaker-3);
  }

  .mark {
    display: inline-block;
    width: 0.75rem;
    height: 0.75rem;
    flex: none;
    background: var(--who);
    forced-color-adjust: none;
  }

  .shape-0 > .mark {
    border-radius: 50%;
  }

  .shape-2 > .mark {
    clip-path: polygon(50% 0, 100% 50%, 50% 100%, 0 50%);
  }

  .shape-3 > .mark {
    clip-path: polygon(50% 5%, 100% 95%, 0 95%);
  }
`;
