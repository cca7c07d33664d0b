import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import {
  describeDegradation,
  describeFolder,
  describeStatus,
  describeWorker,
} from '../health/describe-health.js';
import { readHealth, type Delays, type Health } from '../health/health-api.js';
import { Asked } from '../server/asked.js';
import { Poll } from '../server/poll.js';
import type { Server } from '../server/server.js';
import { showBytes, showDate, showNumber, showQuantity, showShare, showTime } from '../show/format.js';
import { askedView, problemView } from './asked-view.js';
import { consoleStyles } from './console-styles.js';
import { dataTable } from './data-table.js';

/** Below this share of free space, a disk is soon full. */
const LITTLE_SPACE = 0.1;

/** The server names keys that expire in this time; so are certificates, milliseconds. */
const SOON_MS = 30 * 86_400_000;

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

/** How the server is: delays, load, processes, disks, and what expires soon. */
export class HealthSection extends LitElement {
  @property({ attribute: false }) server!: Server;
  @property({ attribute: false }) isShown = true;

  readonly #health = new Asked<Health>(this, () => readHealth(this.server));
  readonly #poll = new Poll(this, async () => {
    await this.#health.refresh();
    return this.#health.state.kind === 'ready';
  });

  static override styles = [
    sharedStyles,
    consoleStyles,
    css`
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr));
        gap: 1rem;
        align-items: start;
      }

      .cards .card {
        margin: 0;
      }

      .problems {
        display: grid;
        gap: 0.5rem;
        margin-bottom: 1rem;
      }
    `,
  ];

  override render(): TemplateResult {
    return html`
      <div class="head">
        <div>
          <h2>${msg('Health')}</h2>
          <p class="lead">${msg('How the server is, and what needs attention soon.')}</p>
        </div>
        <p class="note">
          ${this.#poll.isPaused ? msg('Not refreshed, as nobody seems to watch. Move the pointer or press a key.') : msg('Refreshed every few seconds.')}
        </p>
      </div>
      ${askedView(this.#health, renderHealth)}
    `;
  }
}

function renderHealth(health: Health): TemplateResult {
  return html`
    ${
      health.degraded.length === 0
        ? nothing
        : html`<div class="problems">
            ${health.degraded.map((problem) => problemView(describeDegradation(problem)))}
          </div>`
    }
    <div class="cards">
      ${renderServer(health)} ${renderDelays(health)} ${renderLoad(health)} ${renderExpiring(health)}
      ${renderDisks(health)} ${renderWorkers(health)}
      ${health.pool === undefined ? nothing : renderPool(health.pool)}
      ${health.cluster === undefined ? nothing : renderCluster(health.cluster)}
    </div>
  `;
}

function renderServer({
  status,
  version,
  model,
  uptimeSeconds,
  database,
  verification,
}: Health): TemplateResult {
  return card(
    msg('Server'),
    list([
      [
        msg('State'),
        html`<span class=${status === 'healthy' ? 'mark good' : 'mark bad'}>${describeStatus(status)}</span>`,
      ],
      [msg('Version'), version],
      [msg('Model'), model],
      [msg('Up for'), showDuration(uptimeSeconds)],
      [
        msg('Database'),
        html`${database.kind === 'sqlite' ? 'SQLite' : 'PostgreSQL'}
        ${database.isWriting ? nothing : html` <span class="mark bad">${msg('takes nothing')}</span>`}`,
      ],
      ...(verification === undefined
        ? []
        : [
            [
              msg('All that is kept was verified'),
              verification.damaged > 0
                ? html`<span class="mark bad">${msg(str`${showNumber(verification.damaged)} damaged`)}</span>`
                : verification.wholeAt === undefined
                  ? msg('Not yet')
                  : showTime(verification.wholeAt),
            ] as const,
          ]),
    ]),
  );
}

function renderDelays({ delays: { finals, partials, commits, eventLoop } }: Health): TemplateResult {
  const rows: readonly (readonly [string, Delays])[] = [
    [msg('Final text'), finals],
    [msg('Provisional text'), partials],
    [msg('Written to the database'), commits],
    ...(eventLoop === undefined ? [] : [[msg('Begun after it was due'), eventLoop] as const]),
  ];
  return card(
    msg('Delay'),
    dataTable(
      msg('Delay'),
      [
        { label: msg('Of'), cell: ([name]) => name },
        { label: msg('Median'), isNumber: true, cell: ([, { p50 }]) => showSeconds(p50) },
        { label: msg('95 of 100 within'), isNumber: true, cell: ([, { p95 }]) => showSeconds(p95) },
        { label: msg('99 of 100 within'), isNumber: true, cell: ([, { p99 }]) => showSeconds(p99) },
      ],
      rows,
      ([name]) => name,
    ),
  );
}

function renderLoad({ load, sessions }: Health): TemplateResult {
  const { admitted, waitingFinals, waitingPartials, mostSessions } = load;
  return card(
    msg('Load'),
    list([
      [
        msg('New sessions'),
        admitted
          ? html`<span class="mark good">${msg('are taken')}</span>`
          : html`<span class="mark warn">${msg('are refused for now')}</span>`,
      ],
      [
        msg('Open sessions'),
        mostSessions === undefined
          ? showNumber(sessions)
          : msg(str`${showNumber(sessions)} of at most ${showNumber(mostSessions)}`),
      ],
      [msg('Final texts that wait'), showNumber(waitingFinals)],
      [msg('Provisional texts that wait'), showNumber(waitingPartials)],
    ]),
  );
}

function renderExpiring({ expiring, keysExpiring }: Health): TemplateResult {
  const soon = expiring.filter(({ expiresAt }) => Date.parse(expiresAt) - Date.now() < SOON_MS);
  const rows = [
    ...soon.map(({ setting, expiresAt }) => ({ name: setting, kind: msg('Certificate'), expiresAt })),
    ...keysExpiring.map(({ name, expiresAt }) => ({ name, kind: msg('API key'), expiresAt })),
  ];
  return card(
    msg('Expires soon'),
    rows.length === 0
      ? html`<p class="note">${msg('Nothing expires in the next 30 days.')}</p>`
      : dataTable(
          msg('Expires soon'),
          [
            { label: msg('Name'), cell: ({ name }) => name },
            { label: msg('Kind'), cell: ({ kind }) => kind },
            {
              label: msg('On'),
              cell: ({ expiresAt }) => html`<span class="mark warn">${showDate(expiresAt)}</span>`,
            },
          ],
          rows,
          ({ name, kind }) => `${kind} ${name}`,
        ),
  );
}

function renderDisks({ disks }: Health): TemplateResult {
  return card(
    msg('Disks'),
    dataTable(
      msg('Disks'),
      [
        { label: msg('For'), cell: ({ folder }) => describeFolder(folder) },
        {
          label: msg('Free'),
          isNumber: true,
          cell: ({ freeBytes, sizeBytes }) => {
            const share = sizeBytes === 0 ? 0 : freeBytes / sizeBytes;
            return html`<span class=${share < LITTLE_SPACE ? 'mark bad' : ''}
              >${msg(str`${showBytes(freeBytes)} (${showShare(share)})`)}</span
            >`;
          },
        },
      ],
      disks,
      ({ folder }) => folder,
    ),
  );
}

function renderWorkers({ workers }: Health): TemplateResult {
  return card(
    msg('Processes that recognise speech'),
    workers.length === 0
      ? html`<p class="note">${msg('None runs on this machine.')}</p>`
      : dataTable(
          msg('Processes that recognise speech'),
          [
            { label: msg('Number'), cell: ({ number }) => showNumber(number) },
            {
              label: msg('State'),
              cell: ({ state }) =>
                html`<span class=${state === 'ready' ? 'mark good' : 'mark warn'}
                  >${describeWorker(state)}</span
                >`,
            },
            { label: msg('Restarts'), isNumber: true, cell: ({ restarts }) => showNumber(restarts) },
            {
              label: msg('Memory'),
              isNumber: true,
              cell: ({ residentBytes }) => (residentBytes === undefined ? '' : showBytes(residentBytes)),
            },
          ],
          workers.map((worker, index) => ({ ...worker, number: index + 1 })),
          ({ number }) => String(number),
        ),
  );
}

function renderPool({ machines, capacity, jobsMoved }: NonNullable<Health['pool']>): TemplateResult {
  return card(
    msg('Other machines that recognise speech'),
    list([
      [
        msg('There now'),
        machines === 0
          ? html`<span class="mark bad">${showNumber(machines)}</span>`
          : html`<span class="mark good">${showNumber(machines)}</span>`,
      ],
      [msg('Tasks that they take at a time'), showNumber(capacity)],
      [msg('Tasks that had to go to another machine'), showNumber(jobsMoved)],
    ]),
  );
}

function renderCluster({ isConnected, servers }: NonNullable<Health['cluster']>): TemplateResult {
  return card(
    msg('Other servers'),
    html`<p>
        ${
          isConnected
            ? html`<span class="mark good">${msg('Connected')}</span>`
            : html`<span class="mark bad">${msg('Not connected')}</span>`
        }
      </p>
      ${dataTable(
        msg('Servers'),
        [
          { label: msg('Name'), cell: ({ name }) => name },
          { label: msg('Version'), cell: ({ version }) => version },
        ],
        servers,
        ({ name }) => name,
      )}`,
  );
}

function card(heading: string, content: TemplateResult): TemplateResult {
  return html`<section class="card" aria-label=${heading}>
    <h3>${heading}</h3>
    ${content}
  </section>`;
}

function list(entries: readonly (readonly [string, string | TemplateResult])[]): TemplateResult {
  return html`<dl>
    ${entries.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function showSeconds(seconds: number | undefined): string {
  return seconds === undefined ? '–' : showQuantity(seconds, 'second', seconds < 1 ? 3 : 1);
}

function showDuration(seconds: number): string {
  if (seconds < HOUR_SECONDS) return showQuantity(Math.floor(seconds / 60), 'minute');
  if (seconds < 2 * DAY_SECONDS) return showQuantity(Math.floor(seconds / HOUR_SECONDS), 'hour');
  return showQuantity(Math.floor(seconds / DAY_SECONDS), 'day');
}

customElements.define('health-section', HealthSection);
