import { css } from 'lit';

/** What the parts of the console have in common: headings, filters, tables, marks. */
export const consoleStyles = css`
  :host {
    display: block;
  }

  h2 {
    font-size: 1.375rem;
    font-weight: 700;
    letter-spacing: -0.01em;
  }

  h2:focus {
    outline: none;
  }

  h3 {
    font-size: 1.0625rem;
    font-weight: 650;
  }

  a {
    color: var(--accent);
    text-underline-offset: 0.15em;
  }

  a:hover {
    color: var(--accent-strong);
  }

  .lead {
    max-width: 46rem;
    margin-top: 0.25rem;
    color: var(--quiet);
  }

  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    justify-content: space-between;
    gap: 0.5rem 1rem;
    margin-bottom: 1rem;
  }

  .head > :first-child {
    flex: 1 1 20rem;
  }

  .card {
    margin-bottom: 1rem;
    padding: 1rem 1.25rem;
    border: 1px solid var(--rule);
    border-radius: var(--round);
    background: var(--paper);
  }

  .card > h3 {
    margin-bottom: 0.625rem;
  }

  .search > summary {
    width: fit-content;
    font-weight: 550;
    cursor: pointer;
  }

  .search[open] > summary {
    margin-bottom: 0.75rem;
  }

  .filters {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(11rem, 100%), 1fr));
    gap: 0.75rem;
    align-items: end;
  }

  .by-name {
    margin-bottom: 1rem;
  }

  .filters .actions {
    display: flex;
    gap: 0.5rem;
  }

  .field label {
    display: block;
    margin-bottom: 0.25rem;
    font-size: 0.875rem;
    font-weight: 550;
  }

  .scroll {
    overflow-x: auto;
  }

  table {
    width: 100%;
    border-collapse: collapse;
  }

  caption {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }

  th,
  td {
    padding: 0.5rem 0.75rem 0.5rem 0;
    border-bottom: 1px solid var(--rule);
    font-weight: 400;
    text-align: left;
    vertical-align: top;
  }

  button {
    white-space: nowrap;
  }

  .id,
  .technical {
    overflow-wrap: anywhere;
  }

  tbody tr:last-child > * {
    border-bottom: none;
  }

  thead th {
    color: var(--quiet);
    font-size: 0.8125rem;
    font-weight: 600;
    white-space: nowrap;
  }

  .number {
    font-variant-numeric: tabular-nums;
    text-align: right;
  }

  .row-actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem;
  }

  .mark {
    display: inline-block;
    padding: 0.0625rem 0.5rem;
    border-radius: 999px;
    background: var(--raised);
    font-size: 0.8125rem;
    font-weight: 550;
    white-space: nowrap;
  }

  .mark.good {
    background: var(--tint);
  }

  .mark.warn {
    background: var(--warn-tint);
    color: var(--warn);
  }

  .mark.bad {
    background: var(--bad-tint);
    color: var(--bad);
  }

  .pages {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    margin-top: 0.75rem;
  }

  .note {
    color: var(--quiet);
    font-size: 0.875rem;
  }

  .done {
    margin-bottom: 1rem;
    padding: 0.625rem 0.75rem;
    border-radius: 8px;
    background: var(--tint);
  }

  .state {
    display: grid;
    justify-items: start;
    gap: 0.625rem;
    padding: 1.25rem 0;
    color: var(--quiet);
  }

  .card > .state {
    padding: 0.25rem 0;
  }

  .problem {
    display: flex;
    max-width: 46rem;
    margin-bottom: 1rem;
    gap: 0.625rem;
    padding: 0.625rem 0.75rem;
    border: 1px solid var(--bad);
    border-radius: 8px;
    background: var(--bad-tint);
    color: var(--ink);
  }

  .problem svg {
    margin-top: 0.125rem;
    color: var(--bad);
  }

  dl {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(11rem, 100%), 1fr));
    gap: 0.75rem 1rem;
    margin: 0;
  }

  dt {
    color: var(--quiet);
    font-size: 0.8125rem;
  }

  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }

  button.danger {
    border-color: var(--bad);
    color: var(--bad);
  }

  button.danger:hover:not(:disabled) {
    background: var(--bad-tint);
  }

  .secret {
    display: block;
    padding: 0.625rem 0.75rem;
    border-radius: 8px;
    background: var(--raised);
    font-family: ui-monospace, monospace;
    overflow-wrap: anywhere;
    user-select: all;
  }

  @media (width < 48rem) {
    .card {
      padding: 0.75rem 0.875rem;
    }

    dl {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }

    thead {
      position: absolute;
      clip-path: inset(50%);
    }

    table,
    tbody,
    tr,
    th,
    td {
      display: block;
    }

    tr {
      padding: 0.625rem 0;
      border-bottom: 1px solid var(--rule);
    }

    tbody tr:last-child {
      border-bottom: none;
    }

    tbody th,
    tbody td {
      display: grid;
      grid-template-columns: 7.5rem minmax(0, 1fr);
      gap: 0.5rem;
      padding: 0.125rem 0;
      border-bottom: none;
      text-align: left;
    }

    tbody .number {
      text-align: left;
    }

    tbody th > span,
    tbody td > span {
      overflow-wrap: anywhere;
    }

    tbody th::before,
    tbody td::before {
      content: attr(data-label);
      color: var(--quiet);
      font-size: 0.875rem;
    }

    tbody .empty {
      display: none;
    }
  }
`;
