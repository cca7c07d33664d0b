import { localized, msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import type { Answer } from '../server/ask.js';
import {
  changeTemplate,
  createTemplate,
  deleteTemplate,
  readTemplates,
  type Template,
  type TemplateList,
} from '../templates/templates-api.js';
import { icons } from './icons.js';
import { sharedStyles } from './shared-styles.js';

/** What is being done. */
type Step =
  | { readonly kind: 'overview'; readonly done?: string }
  /** `template`: the one that is edited; undefined for a new one. */
  | { readonly kind: 'editing'; readonly template: Template | undefined }
  | { readonly kind: 'deleting'; readonly template: Template };

/** The part of the panel in which templates are edited. They are read when it is opened. */
export function templateSection(): TemplateResult {
  return html`<section><template-list></template-list></section>`;
}

/** The templates of whoever is logged in, and of their tenant, to be edited by those who may. */
@localized()
export class TemplateListElement extends LitElement {
  @state() private list: TemplateList | undefined;
  @state() private step: Step = { kind: 'overview' };
  /** What went wrong. */
  @state() private problem: string | undefined;
  @state() private busy = false;

  static override styles = [
    sharedStyles,
    css`
      summary {
        font-size: 1rem;
        font-weight: 650;
        cursor: pointer;
      }

      .content,
      form {
        display: grid;
        gap: 0.625rem;
      }

      .content {
        margin-top: 0.625rem;
      }

      ul {
        display: grid;
        gap: 0.375rem;
        max-height: 18rem;
        margin: 0;
        padding: 0;
        overflow-y: auto;
        list-style: none;
      }

      li {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 0.5rem;
        padding-bottom: 0.375rem;
        border-bottom: 1px solid var(--rule);
        overflow-wrap: anywhere;
      }

      .buttons {
        display: flex;
        flex: none;
        flex-wrap: wrap;
        gap: 0.375rem;
      }

      label {
        display: block;
        font-size: 0.875rem;
        font-weight: 550;
      }

      label.choice {
        font-weight: inherit;
      }

      textarea {
        width: 100%;
        min-height: 8rem;
        font: inherit;
      }

      .hint {
        color: var(--quiet);
        font-size: 0.875rem;
      }

      .refusal {
        color: var(--bad);
        font-size: 0.875rem;
      }
    `,
  ];

  override render(): TemplateResult {
    return html`<details
      @toggle=${({ target }: Event) => {
        if ((target as HTMLDetailsElement).open && this.list === undefined) void this.#load();
      }}
    >
      <summary>${msg('Templates')}</summary>
      <div class="content">
        ${this.list === undefined ? nothing : this.#renderStep(this.list)}
        <p class="refusal" role="alert">${this.problem}</p>
      </div>
    </details>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.get('step') === undefined) return;
    this.renderRoot.querySelector<HTMLElement>('form input, .confirm button, .add')?.focus();
  }

  #renderStep(list: TemplateList): TemplateResult {
    switch (this.step.kind) {
      case 'overview':
        return this.#renderOverview(list, this.step.done);
      case 'editing':
        return this.#renderForm(list, this.step.template);
      case 'deleting':
        return this.#renderDeletion(this.step.template);
    }
  }

  #renderOverview({ templates, unreadable, tenantEditable }: TemplateList, done = ''): TemplateResult {
    const mayEdit = ({ scope }: Template): boolean => scope === 'own' || tenantEditable;
    return html`<p class="hint">
        ${msg('Texts that are inserted by their names, with fields to be filled in.')}
      </p>
      <p class="spoken" role="status">${done}</p>
      ${
        templates.length === 0
          ? nothing
          : html`<ul aria-label=${msg('Templates')}>
              ${templates.map(
                (template) =>
                  html`<li>
                    <span
                      >${template.name}${
                        template.scope === 'tenant'
                          ? html` <span class="hint">${msg('for everybody')}</span>`
                          : nothing
                      }</span
                    >
                    ${mayEdit(template) ? this.#renderButtons(template) : nothing}
                  </li>`,
              )}
            </ul>`
      }
      ${
        unreadable === 0
          ? nothing
          : html`<p class="refusal">
              ${msg(str`${unreadable} more cannot be read. Tell the operator of the server.`)}
            </p>`
      }
      <div class="buttons">
        <button class="small add" @click=${() => this.#goTo({ kind: 'editing', template: undefined })}>
          ${msg('New template')}
        </button>
      </div>`;
  }

  #renderButtons(template: Template): TemplateResult {
    return html`<span class="buttons">
      <button
        class="small plain"
        aria-label=${msg(str`Edit ${template.name}`)}
        @click=${() => this.#goTo({ kind: 'editing', template })}
      >
        ${msg('Edit')}
      </button>
      <button
        class="small plain"
        aria-label=${msg(str`Delete ${template.name}`)}
        @click=${() => this.#goTo({ kind: 'deleting', template })}
      >
        ${icons.close}
      </button>
    </span>`;
  }

  #renderForm({ tenantEditable }: TemplateList, template: Template | undefined): TemplateResult {
    return html`<form
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        void this.#save(new FormData(event.target as HTMLFormElement), template);
      }}
    >
      <div>
        <label for="name">${msg('Name, as you say it')}</label>
        <input
          id="name"
          name="name"
          required
          maxlength="100"
          autocomplete="off"
          .value=${template?.name ?? ''}
        />
      </div>
      <div>
        <label for="text">${msg('Text')}</label>
        <textarea
          id="text"
          name="text"
          required
          maxlength="10000"
          aria-describedby="fields"
          .value=${template?.text ?? ''}
        ></textarea>
        <p id="fields" class="hint">
          ${msg('Fields stand in double brackets: [[finding]], or with a choice: [[side: left | right]].')}
        </p>
      </div>
      ${
        tenantEditable && template === undefined
          ? html`<label class="choice"
              ><input type="checkbox" name="shared" /><span>${msg('For everybody')}</span></label
            >`
          : nothing
      }
      <div class="buttons">
        <button class="primary" ?disabled=${this.busy}>${msg('Save')}</button>
        ${this.#renderCancel()}
      </div>
    </form>`;
  }

  #renderDeletion(template: Template): TemplateResult {
    return html`<p>${msg(str`Delete ${template.name}? It is gone for good.`)}</p>
      <div class="buttons confirm">
        <button class="primary" ?disabled=${this.busy} @click=${() => void this.#delete(template)}>
          ${msg('Delete it')}
        </button>
        ${this.#renderCancel()}
      </div>`;
  }

  #renderCancel(): TemplateResult {
    return html`<button type="button" @click=${() => this.#goTo({ kind: 'overview' })}>
      ${msg('Cancel')}
    </button>`;
  }

  async #save(form: FormData, template: Template | undefined): Promise<void> {
    const [name, text] = [textOf(form, 'name').trim(), textOf(form, 'text')];
    const scope = form.has('shared') ? 'tenant' : 'own';
    const answer =
      template === undefined
        ? await this.#asking(createTemplate({ name, text, scope }))
        : await this.#asking(changeTemplate({ id: template.id, name, text, version: template.version }));
    if (answer.kind === 'ok') await this.#load(msg('The template is saved.'));
  }

  async #delete(template: Template): Promise<void> {
    const answer = await this.#asking(deleteTemplate(template));
    if (answer.kind === 'ok') await this.#load(msg('The template is deleted.'));
  }

  /** Waits for the answer; what was typed stays if the server refused it. */
  async #asking<Body>(answering: Promise<Answer<Body>>): Promise<Answer<Body>> {
    this.busy = true;
    const answer = await answering;
    this.busy = false;
    this.problem = answer.kind === 'ok' ? undefined : answer.message;
    return answer;
  }

  async #load(done?: string): Promise<void> {
    const answer = await this.#asking(readTemplates());
    if (answer.kind !== 'ok') return;
    this.list = answer.body;
    this.step = { kind: 'overview', ...(done === undefined ? {} : { done }) };
  }

  #goTo(step: Step): void {
    this.problem = undefined;
    this.step = step;
  }
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}

customElements.define('template-list', TemplateListElement);
