import { css } from 'lit';

/** How the parts of the page are laid out. */
export const appStyles = css`
  :host {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr) auto;
    height: 100dvh;
  }

  header {
    display: flex;
    align-items: center;
    gap: 0.25rem;
    width: 100%;
    max-width: 76rem;
    margin: 0 auto;
    padding: 0.625rem 1.25rem;
  }

  h1 {
    display: flex;
    flex: 1;
    align-items: center;
    gap: 0.625rem;
    margin: 0;
    font-size: 1.25rem;
    font-weight: 700;
    letter-spacing: -0.01em;
  }

  .mark {
    display: grid;
    place-content: center;
    width: 2rem;
    height: 2rem;
    border-radius: 9px;
    background: var(--accent);
    color: var(--on-accent);
    font-size: 1rem;
  }

  h1:focus {
    outline: none;
  }

  .gate {
    display: grid;
    min-height: 0;
    overflow-y: auto;
  }

  .parts {
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    gap: 1rem;
    width: 100%;
    max-width: 76rem;
    min-height: 0;
    margin: 0 auto;
    padding: 0 1.25rem;
  }

  .text {
    display: flex;
    flex-direction: column;
    min-height: 0;
  }

  .text > :not(.transcript) {
    flex: none;
  }

  .transcript {
    display: flex;
    flex: 1;
    flex-direction: column;
    min-height: 0;
    margin-bottom: 1rem;
    border: 1px solid var(--rule);
    border-radius: var(--round);
    background: var(--paper);
    overflow: clip;
  }

  aside {
    min-height: 0;
    padding-bottom: 1rem;
    overflow-y: auto;
    scrollbar-width: thin;
  }

  speaker-bar {
    flex: none;
    max-height: 60%;
    overflow-y: auto;
  }

  transcript-view {
    flex: 1;
    min-height: 0;
  }

  transcript-view:focus-visible {
    outline-offset: -3px;
  }

  .tools {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0.625rem 0.75rem 0.625rem 1.25rem;
    border-bottom: 1px solid var(--rule);
  }

  .tools h2 {
    flex: 1;
    font-size: 1rem;
    font-weight: 650;
  }

  .overlay {
    position: fixed;
    inset: 0;
    z-index: 9;
    display: grid;
    place-content: center;
    border: 4px dashed var(--accent);
    background: color-mix(in srgb, var(--ground) 85%, transparent);
    font-size: 1.375rem;
    font-weight: 650;
    pointer-events: none;
  }

  .said {
    padding: 0.375rem 1.25rem;
    border-bottom: 1px solid var(--rule);
    background: var(--tint);
    font-size: 0.875rem;
  }

  .dialog-actions {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 0.5rem;
    margin-top: 1.25rem;
  }

  @media (width >= 62rem) {
    .parts {
      grid-template-columns: minmax(0, 1fr) 20rem;
    }
  }

  /* So low, as at a zoom of 400 %, that the parts cannot scroll on their own. */
  @media (height < 32rem) {
    :host {
      height: auto;
      min-height: 100dvh;
    }
  }

  .printed {
    display: none;
  }

  /* The transcript alone, on as many sheets as it takes. */
  @media print {
    :host,
    .parts,
    .text,
    .transcript {
      display: block;
      height: auto;
      max-width: none;
      padding: 0;
      border: 0;
      overflow: visible;
    }

    header,
    aside,
    .tools button,
    export-menu,
    page-notices,
    file-progress,
    speaker-bar,
    control-bar,
    page-dialog,
    .said,
    .gate,
    .overlay {
      display: none;
    }

    .tools {
      padding: 0;
      border: 0;
    }

    .printed {
      display: block;
      margin: 0 0 1rem;
      color: var(--quiet);
    }
  }

  @media (width < 40rem) {
    header {
      padding: 0.5rem 0.75rem;
    }

    .crowded .title {
      position: absolute;
      clip-path: inset(50%);
    }

    .parts {
      padding: 0 0.75rem;
    }

    .transcript {
      margin-bottom: 0.75rem;
    }

    .tools {
      flex-wrap: wrap;
      gap: 0.375rem;
      justify-content: flex-end;
      padding: 0.5rem;
    }

    .tools h2 {
      position: absolute;
      clip-path: inset(50%);
    }

    .tools .new {
      margin-right: auto;
    }
  }
`;
