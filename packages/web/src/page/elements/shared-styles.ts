import { css } from 'lit';

/** What all elements of the page have in common: buttons, fields, focus, and text for screen readers alone. */
export const sharedStyles = css`
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  h2,
  h3,
  p,
  ul,
  ol {
    margin: 0;
  }

  button,
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
  }

  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
    border-radius: 4px;
  }

  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    min-height: 2.5rem;
    padding: 0.375rem 0.875rem;
    border: 1px solid var(--edge);
    border-radius: 999px;
    background: var(--paper);
    font-weight: 550;
    cursor: pointer;
    transition: background-color 120ms;
  }

  button:focus-visible {
    border-radius: 999px;
  }

  button:hover:not(:disabled) {
    background: var(--raised);
  }

  button:disabled {
    color: var(--quiet);
    border-color: var(--rule);
    background: transparent;
    cursor: default;
  }

  button.primary {
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
  }

  button.primary:hover:not(:disabled) {
    background: var(--accent-strong);
  }

  button.plain {
    border-color: transparent;
    background: transparent;
  }

  button.plain:hover:not(:disabled) {
    background: var(--raised);
  }

  button.icon {
    width: 2.5rem;
    padding: 0;
    flex: none;
  }

  button.small {
    min-height: 2rem;
    padding: 0.125rem 0.625rem;
    font-size: 0.875rem;
  }

  input:not([type='checkbox'], [type='radio'], [type='file']),
  select,
  textarea {
    width: 100%;
    min-height: 2.5rem;
    padding: 0.375rem 0.625rem;
    border: 1px solid var(--edge);
    border-radius: 8px;
    background: var(--paper);
  }

  input[type='checkbox'],
  input[type='radio'] {
    width: 1.25rem;
    height: 1.25rem;
    margin: 0.125rem 0 0;
    flex: none;
    accent-color: var(--accent);
  }

  label.choice {
    display: flex;
    gap: 0.625rem;
    align-items: flex-start;
    min-height: 1.75rem;
    padding: 0.125rem 0;
  }

  svg {
    width: 1.25em;
    height: 1.25em;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;
