import { msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { createRef, ref } from 'lit/directives/ref.js';
import { saveFile } from '../../page/exports/save-file.js';
import { icons } from '../../page/elements/icons.js';
import { sharedStyles } from '../../page/elements/shared-styles.js';
import type { Refusal } from '../../page/server/ask.js';
import { clock } from '../../page/transcript/clock.js';
import type { Permissions } from '../access/permissions.js';
import { linkTo } from '../access/place.js';
import { FILE_ENDINGS, formatName, kindOf, personOf, stateOf } from '../records/describe-session.js';
import { heardWords, neighbourStart, wordAt, type HeardWord } from '../records/heard-words.js';
import { deleteQuestion, emergencyQuestion, holdQuestion } from '../records/session-questions.js';
import {
  correctFinal,
  EXPORT_FORMATS,
  exportPath,
  readSession,
  type Final,
  type Reading,
  type RecordFormat,
  type SessionRecord,
} from '../records/sessions-api.js';
import { Asked } from '../server/asked.js';
import { fetchFile } from '../server/fetch-file.js';
import type { Server } from '../server/server.js';
import { showLanguage, showNumber, showTime } from '../show/format.js';
import { askedView, problemView } from './asked-view.js';
import './confirm-dialog.js';
import type { Question } from './confirm-dialog.js';
import { consoleStyles } from './console-styles.js';
import './record-audio.js';
import type { RecordAudio } from './record-audio.js';
import './record-final.js';
import type { Correction, CorrectionOutcome, RecordFinal } from './record-final.js';

/** A session: what is known of it, what was said, and what can be done with it. */
export class SessionView extends LitElement {
  @property({ attribute: false }) server!: Server;
  @property({ attribute: false }) permissions!: Permissions;
  /** Its id. */
  @property() record = '';
  @state() private question: Question | undefined;
  @state() private reading: Reading = 'live';
  @state() private said = '';
  @state() private problem: Refusal | undefined;

  readonly #asked = new Asked<SessionRecord>(this, () =>
    readSession(this.server, this.record, this.#damaged),
  );
  readonly #audio = createRef<RecordAudio>();
  #damaged: 'refuse' | 'show' = 'refuse';
  #heard:
    | { readonly of: readonly Final[]; readonly channel: number; readonly words: readonly HeardWord[] }
    | undefined;
  #highlighted: RecordFinal | undefined;

  static override styles = [
    sharedStyles,
    consoleStyles,
    css`
      .back {
        display: inline-flex;
        align-items: center;
        gap: 0.375rem;
        margin-bottom: 0.5rem;
        font-size: 0.9375rem;
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem;
        margin-top: 1rem;
      }

      .actions label {
        font-size: 0.875rem;
        font-weight: 550;
      }

      .actions select {
        width: auto;
        max-width: 100%;
      }

      .id {
        font-family: ui-monospace, monospace;
        font-size: 0.875rem;
      }

      .readings {
        display: flex;
        gap: 0.375rem;
        margin-bottom: 0.5rem;
      }

      .readings button[aria-pressed='true'] {
        border-color: transparent;
        background: var(--tint);
        color: var(--accent-strong);
      }

      summary {
        cursor: pointer;
        font-weight: 550;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#load();
  }

  override render(): TemplateResult {
    return html`
      <a class="back" href=${linkTo('sessions')}>${icons.back}<span>${msg('All sessions')}</span></a>
      <p class=${this.said === '' ? 'spoken' : 'done'} role="status">${this.said}</p>
      ${askedView(this.#asked, (record) => this.#renderRecord(record), msg('One moment, the session is being decrypted …'))}
      ${this.#renderWayOut()}
      ${
        this.question === undefined
          ? nothing
          : html`<confirm-dialog
              .question=${this.question}
              @closed=${() => {
                this.question = undefined;
              }}
            ></confirm-dialog>`
      }
    `;
  }

  /** What else can be done where the session was not shown. */
  #renderWayOut(): TemplateResult | typeof nothing {
    const { state: asked } = this.#asked;
    if (asked.kind !== 'failed' || asked.refusal.kind !== 'refused') return nothing;
    switch (asked.refusal.code) {
      case 'record_damaged':
        return html`<button
          @click=${() => {
            this.#damaged = 'show';
            this.#load();
          }}
        >
          ${msg('Show what is left of it')}
        </button>`;
      case 'record_not_found':
        if (!this.permissions.may('record.break-glass')) return nothing;
        return html`<button
          @click=${() => {
            this.question = emergencyQuestion(this.server, () => this.#load(), this.record);
          }}
        >
          ${msg('Open in an emergency …')}
        </button>`;
      default:
        return nothing;
    }
  }

  #renderRecord(record: SessionRecord): TemplateResult {
    const finals = this.#finals(record);
    // Whoever reads in an emergency does not hear.
    const kept = this.permissions.mayTo('record.export', record) ? (record.audio ?? []) : [];
    return html`
      <div class="head">
        <div><h2>${msg(str`Session of ${showTime(record.startedAt)}`)}</h2></div>
      </div>
      ${
        record.isWhole
          ? nothing
          : problemView(
              msg(
                'This record was changed by something other than the server. What is shown is what is left of it: do not rely on it.',
              ),
            )
      }
      <section class="card" aria-label=${msg('About the session')}>
        ${this.#renderAbout(record)} ${this.#renderActions(record)}
      </section>
      ${
        kept.length > 0
          ? html`<record-audio
              ${ref(this.#audio)}
              .record=${record.id}
              .kept=${kept}
              @time=${this.#onTime}
              @step=${this.#onStep}
            ></record-audio>`
          : nothing
      }
      <section class="card" aria-labelledby="text">
        <h3 id="text">${msg('What was said')}</h3>
        ${record.refined.length > 0 ? this.#renderReadings() : nothing}
        ${
          finals.length === 0
            ? html`<p class="state">${msg('Nothing was said, or nothing has been recognised yet.')}</p>`
            : html`<div @hear=${this.#onHear}>
                ${repeat(
                  finals,
                  ({ place }) => `${this.reading} ${String(place)}`,
                  (final) => this.#renderFinal(record, final, kept.length > 0),
                )}
              </div>`
        }
        ${record.audio?.length === 0 ? html`<p class="note">${msg('The audio of this session was not kept, so it can be read but not heard.')}</p>` : nothing}
      </section>
      ${record.takenBack.length > 0 ? this.#renderTakenBack(record) : nothing}
    `;
  }

  #renderAbout(record: SessionRecord): TemplateResult {
    const { endedAt, groups, missingSeconds = 0 } = record;
    const entries: readonly (readonly [string, string | TemplateResult])[] = [
      [msg('Person'), personOf(record)],
      ...(groups.length > 0 ? [[msg('Group'), groups.join(', ')] as const] : []),
      [msg('Began'), showTime(record.startedAt)],
      [msg('Ended'), endedAt === undefined ? msg('Not yet') : showTime(endedAt)],
      [msg('Length'), clock(record.audioSeconds)],
      [
        msg('State'),
        html`<span class="mark">${stateOf(record)}</span>
          ${record.held ? html` <span class="mark warn">${msg('Legal hold')}</span>` : nothing}`,
      ],
      [msg('Kind'), kindOf(record)],
      [msg('Language'), showLanguage(record.language)],
      [msg('Model'), record.model],
      [msg('Channels'), showNumber(record.channels)],
      ...(missingSeconds > 0
        ? [
            [
              msg('Not recognised'),
              msg(str`${showNumber(missingSeconds, 1)} seconds of audio have no text`),
            ] as const,
          ]
        : []),
      [msg('Number (id)'), html`<span class="id">${record.id}</span>`],
    ];
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

  #renderActions(record: SessionRecord): TemplateResult {
    const { mayTo } = this.permissions;
    const exports = mayTo('record.export', record);
    return html`<div class="actions">
        ${
          exports
            ? html`<label for="format">${msg('Export as')}</label>
                <select id="format">
                  ${EXPORT_FORMATS.map((format) => html`<option value=${format}>${formatName(format)}</option>`)}
                </select>
                <button @click=${() => void this.#export(record)}>
                  ${icons.download}<span>${msg('Export')}</span>
                </button>`
            : nothing
        }
        ${
          mayTo('record.hold', record)
            ? html`<button
                @click=${() => {
                  this.question = this.#reloadAfter(holdQuestion(this.server, record));
                }}
              >
                ${record.held ? msg('Release from legal hold …') : msg('Put under legal hold …')}
              </button>`
            : nothing
        }
        ${
          mayTo('record.delete', record)
            ? html`<button class="danger" ?disabled=${record.held} @click=${() => this.#onDelete(record)}>
                ${msg('Delete …')}
              </button>`
            : nothing
        }
      </div>
      ${record.held && mayTo('record.delete', record) ? html`<p class="note">${msg('Under legal hold: it can be deleted once an administrator releases it.')}</p>` : nothing}
      ${this.problem === undefined ? nothing : problemView(this.problem)}`;
  }

  #renderReadings(): TemplateResult {
    const choices = [
      ['live', msg('As it was heard live')],
      ['refined', msg('Second pass')],
    ] as const;
    return html`<div class="readings" role="group" aria-label=${msg('Which text')}>
      ${choices.map(
        ([reading, label]) =>
          html`<button
            class="small"
            aria-pressed=${this.reading === reading}
            @click=${() => {
              this.reading = reading;
            }}
          >
            ${label}
          </button>`,
      )}
    </div>`;
  }

  #renderFinal(record: SessionRecord, final: Final, hearable: boolean): TemplateResult {
    return html`<record-final
      .final=${final}
      .speaker=${speakerOf(record, final)}
      ?hearable=${hearable}
      ?correctable=${this.permissions.mayTo('record.correct', record)}
      .save=${this.#save}
    ></record-final>`;
  }

  #renderTakenBack(record: SessionRecord): TemplateResult {
    return html`<details class="card">
      <summary>${msg(str`Taken back by the speaker (${record.takenBack.length})`)}</summary>
      ${record.takenBack.map((final) => this.#renderFinal(record, final, false))}
    </details>`;
  }

  #finals({ segments, refined }: SessionRecord): readonly Final[] {
    return this.reading === 'live' ? segments : refined.flatMap((part) => part.segments);
  }

  #load(): void {
    void this.#asked.ask();
  }

  #reloadAfter(question: Question): Question {
    return {
      ...question,
      act: async (typed) => {
        const answer = await question.act(typed);
        if (answer.kind === 'ok') void this.#asked.refresh();
        return answer;
      },
    };
  }

  #onDelete(record: SessionRecord): void {
    const question = deleteQuestion(this.server, record);
    this.question = {
      ...question,
      act: async (typed) => {
        const answer = await question.act(typed);
        if (answer.kind === 'ok') location.hash = linkTo('sessions');
        return answer;
      },
    };
  }

  readonly #save = async ({ final, version, text }: Correction): Promise<CorrectionOutcome> => {
    const answer = await correctFinal(this.server, this.record, {
      ...{ place: final.place, reading: this.reading, version, text },
    });
    const isOver = answer.kind === 'refused' && answer.code === 'record_changed';
    if (answer.kind === 'ok' || isOver) await this.#asked.refresh();
    if (answer.kind !== 'ok') return answer;
    this.said = msg('The correction is saved. The earlier version is kept.');
    return { kind: 'saved' };
  };

  async #export(record: SessionRecord): Promise<void> {
    const select = this.renderRoot.querySelector<HTMLSelectElement>('#format');
    const format = (select?.value ?? 'text') as RecordFormat;
    this.problem = undefined;
    const answer = await fetchFile(exportPath(record.id, format, this.#damaged));
    if (answer.kind !== 'ok') {
      this.problem = answer;
      return;
    }
    saveFile(`${record.startedAt.slice(0, 16).replace(/[T:]/gu, '-')}.${FILE_ENDINGS[format]}`, answer.body);
    this.said = msg('The file is downloaded.');
  }

  readonly #onHear = ({
    detail,
  }: CustomEvent<{ readonly seconds: number; readonly channel: number }>): void => {
    this.#audio.value?.playFrom(detail.seconds, detail.channel);
  };

  readonly #onTime = ({
    detail,
  }: CustomEvent<{ readonly seconds: number; readonly channel: number }>): void => {
    this.#highlight(wordAt(this.#words(detail.channel), detail.seconds));
  };

  readonly #onStep = ({
    detail,
  }: CustomEvent<{ readonly step: -1 | 1; readonly seconds: number; readonly channel: number }>): void => {
    this.#audio.value?.goTo(neighbourStart(this.#words(detail.channel), detail.seconds, detail.step));
  };

  #words(channel: number): readonly HeardWord[] {
    const record = this.#asked.body;
    if (record === undefined) return [];
    const of = this.#finals(record);
    // Looked up for every frame while audio is played.
    if (this.#heard?.channel !== channel || !isSame(this.#heard.of, of))
      this.#heard = { of, channel, words: heardWords(of, channel) };
    return this.#heard.words;
  }

  /** Marks a word, without rendering anything but its final again. */
  #highlight(word: HeardWord | undefined): void {
    const finals = this.renderRoot.querySelectorAll<RecordFinal>('section record-final');
    const final = word === undefined ? undefined : finals[word.final];
    if (this.#highlighted !== final) {
      if (this.#highlighted !== undefined) this.#highlighted.said = -1;
      final?.scrollIntoView({ block: 'nearest' });
      this.#highlighted = final;
    }
    if (final !== undefined && word !== undefined) final.said = word.word;
  }
}

function speakerOf({ speakers, channels }: SessionRecord, { versions }: Final): string {
  const newest = versions.at(-1);
  if (newest?.speaker === undefined)
    return channels > 1 && newest !== undefined ? msg(str`Channel ${newest.channel + 1}`) : '';
  const known = speakers.find(({ speaker }) => speaker === newest.speaker);
  return known?.name ?? msg(str`Speaker ${newest.speaker + 1}`);
}

function isSame(first: readonly Final[], second: readonly Final[]): boolean {
  return first.length === second.length && first.every((final, index) => final === second[index]);
}

customElements.define('session-view', SessionView);
