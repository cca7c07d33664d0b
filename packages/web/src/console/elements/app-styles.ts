import { css } from 'lit';

/** How the console is laid out. */
export const appStyles = css`
  :host {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
    min-height: 100dvh;
  }

  header {
    display: flex;
    align-items: center;
    gap: 0.25rem;
    width: 100%;
    max-width: 84rem;
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

  h1 a {
    border-radius: 9px;
  }

  .gate {
    display: grid;
    place-content: center;
  }

  .gate p {
    color: var(--quiet);
  }

  .parts {
    display: grid;
    grid-template: minmax(0, 1fr) / 12rem minmax(0, 1fr);
    gap: 1.5rem;
    align-items: start;
    width: 100%;
    max-width: 84rem;
    margin: 0 auto;
    padding: 0.5rem 1.25rem 2rem;
  }

  nav {
    position: sticky;
    top: 0.5rem;
  }

  nav ul {
    display: grid;
    gap: 0.125rem;
    padding: 0;
    list-style: none;
  }

  nav a {
    display: block;
    padding: 0.5rem 0.75rem;
    border-radius: 8px;
    color: var(--ink);
    font-weight: 550;
    text-decoration: none;
  }

  nav a:hover {
    background: var(--raised);
  }

  nav a[aria-current='page'] {
    background: var(--tint);
    color: var(--accent-strong);
  }

  main:focus {
    outline: none;
  }

  main > h2 {
    font-size: 1.375rem;
  }

  .lead {
    color: var(--quiet);
  }

  @media (width < 56rem) {
    header {
      padding: 0.5rem 0.75rem;
    }

    .parts {
      grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
      gap: 0.75rem;
      padding: 0 0.75rem 1.5rem;
    }

    nav {
      position: static;
      min-width: 0;
      margin: 0 -0.75rem;
      padding: 3px 0.75rem;
      overflow-x: auto;
      scrollbar-width: none;
    }

    nav ul {
      display: flex;
    }

    nav a {
      padding: 0.375rem 0.75rem;
      white-space: nowrap;
    }
  }
`;
