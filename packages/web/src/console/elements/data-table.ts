import { html, nothing, type TemplateResult } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import { repeat } from 'lit/directives/repeat.js';

/** What a cell shows; nothing for an empty one. */
type Cell = TemplateResult | string | typeof nothing;

/** A column of a table. */
export interface Column<Row> {
  readonly label: string;
  readonly cell: (row: Row) => Cell;
  readonly isNumber?: boolean;
}

/** A table whose first column names the row. On a phone each row is a card with the labels beside the values. */
export function dataTable<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): TemplateResult {
  // With explicit roles, since browsers take tables that are laid out as cards for something else.
  return html`<table role="table">
    <caption>
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map(({ label, isNumber = false }) => html`<th role="columnheader" scope="col" class=${isNumber ? 'number' : ''}>${label}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${repeat(
        rows,
        keyOf,
        (row) =>
          html`<tr role="row">
            ${columns.map((column, index) => renderCell(column, row, index === 0))}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function renderCell<Row>(
  { label, cell, isNumber = false }: Column<Row>,
  row: Row,
  isFirst: boolean,
): TemplateResult {
  const content = cell(row);
  const classes = classMap({ number: isNumber, empty: content === nothing || content === '' });
  return isFirst
    ? html`<th role="rowheader" scope="row" data-label=${label} class=${classes}><span>${content}</span></th>`
    : html`<td role="cell" data-label=${label} class=${classes}><span>${content}</span></td>`;
}
