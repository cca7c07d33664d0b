import { css } from 'lit';

/** Forms with which people log in: fields below each other, errors beside the button. */
export const formStyles = css`
  form {
    display: grid;
    gap: 0.875rem;
  }

  label {
    display: block;
    margin-bottom: 0.25rem;
    font-size: 0.875rem;
    font-weight: 550;
  }

  .wrong {
    display: flex;
    gap: 0.625rem;
    padding: 0.625rem 0.75rem;
    border: 1px solid var(--bad);
    border-radius: 8px;
    background: var(--bad-tint);
  }

  .wrong svg {
    margin-top: 0.125rem;
    color: var(--bad);
  }

  /* Always there, so that errors are read out, but without room of its own before. */
  [role='alert']:not(:has(*)) {
    margin-bottom: -0.875rem;
  }

  button.primary[aria-disabled='true'],
  button.primary[aria-disabled='true']:hover:not(:disabled) {
    background: var(--raised);
    color: var(--quiet);
    cursor: default;
  }

  .hint {
    color: var(--quiet);
    font-size: 0.875rem;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
`;
