import type { KnownSpeaker, SpeakerRole } from '@auscult/client';
import { localized, msg, str } from '@lit/localize';
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { roleName, ROLES } from '../speakers/speaker-names.js';
import type { Speakers } from '../speakers/speakers.js';
import { observe } from '../state/observe.js';
import type { Observable } from '../state/observable.js';
import { clock } from '../transcript/clock.js';
import type { Line } from '../transcript/line.js';
import { icons } from './icons.js';
import { sharedStyles } from './shared-styles.js';
import { speakerClasses, speakerStyles } from './speaker-styles.js';

/** Everybody who speaks in the transcript, with what can be corrected about them. */
@localized()
export class SpeakerBar extends LitElement {
  @property({ attribute: false }) speakers!: Speakers;
  @property({ attribute: false }) lines!: Observable<readonly Line[]>;
  /** Whose name and role are being changed. */
  @state() private open: number | undefined;

  static override styles = [
    sharedStyles,
    speakerStyles,
    css`
      .bar {
        padding: 0.5rem 0.75rem 0.5rem 1.25rem;
        border-bottom: 1px solid var(--rule);
      }

      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem 0.5rem;
        align-items: center;
        padding: 0;
        list-style: none;
      }

      li {
        display: flex;
        gap: 0.25rem;
        align-items: center;
        min-width: 0;
      }

      button.person {
        min-width: 0;
        max-width: 16rem;
        border-color: var(--who);
        color: var(--who);
      }

      button.person > span:last-child {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .role {
        padding: 0 0.5rem;
        border-radius: 999px;
        background: var(--raised);
        color: var(--quiet);
        font-size: 0.8125rem;
      }

      button.role {
        border-style: dashed;
        background: transparent;
      }

      form {
        display: grid;
        grid-template-columns: minmax(8rem, 1fr) minmax(8rem, 12rem) auto;
        gap: 0.5rem;
        align-items: end;
        margin-top: 0.5rem;
        padding-top: 0.5rem;
        border-top: 1px solid var(--rule);
      }

      label {
        display: block;
        font-size: 0.8125rem;
        font-weight: 550;
      }

      .others {
        display: flex;
        flex-wrap: wrap;
        grid-column: 1 / -1;
        gap: 0.375rem;
        align-items: center;
        font-size: 0.875rem;
      }

      .note {
        margin-top: 0.375rem;
        color: var(--quiet);
        font-size: 0.8125rem;
      }

      @media (width < 40rem) {
        .bar {
          padding-inline: 0.5rem;
        }

        form {
          grid-template-columns: 1fr 1fr;
        }
      }
    `,
  ];

  protected override firstUpdated(): void {
    observe(this, this.speakers.state, this.lines);
  }

  override render(): TemplateResult {
    const people = this.speakers.people();
    const { said } = this.speakers.state.value;
    return html`<p class="spoken" role="status">${said}</p>
      ${people.length === 0 ? nothing : this.#renderBar(people)}`;
  }

  override updated(changed: PropertyValues): void {
    if (!changed.has('open' as keyof SpeakerBar) || this.open === undefined) return;
    const field = this.renderRoot.querySelector<HTMLInputElement>('#name');
    field?.focus();
    field?.select();
  }

  #renderBar(people: readonly KnownSpeaker[]): TemplateResult {
    const opened = people.find(({ speaker }) => speaker === this.open);
    return html`<div class="bar" role="group" aria-label=${msg('Speakers')} @keydown=${this.#onKey}>
      <ul>
        ${repeat(
          people,
          ({ speaker }) => speaker,
          (person) => html`<li>${this.#renderPerson(person)}</li>`,
        )}
        ${this.#renderSwap(people)}
      </ul>
      ${opened ? this.#renderForm(opened, people) : nothing} ${this.#renderNote()}
    </div>`;
  }

  #renderPerson(person: KnownSpeaker): TemplateResult {
    const { speaker } = person;
    const name = this.speakers.nameOf(speaker);
    return html`<button
        class="person small ${speakerClasses(speaker)}"
        title=${msg('Change name or role')}
        aria-label=${msg(str`${name}: change name or role`)}
        aria-expanded=${this.open === speaker}
        @click=${() => {
          this.open = this.open === speaker ? undefined : speaker;
        }}
      >
        <span class="mark"></span><span>${name}</span></button
      >${this.#renderRole(person, name)}`;
  }

  #renderRole({ speaker, role, suggestedRole }: KnownSpeaker, name: string): TemplateResult | typeof nothing {
    if (role !== undefined)
      return name === roleName(role) ? nothing : html`<span class="role">${roleName(role)}</span>`;
    if (suggestedRole === undefined) return nothing;
    return html`<button
      class="role small"
      title=${msg('Confirm the role')}
      aria-label=${askWhether(name, suggestedRole)}
      @click=${() => {
        this.speakers.name(speaker, { role: suggestedRole });
        this.#focusPerson(speaker);
      }}
    >
      ${roleName(suggestedRole)}?
    </button>`;
  }

  /** Two are exchanged by one press; with more, it has to be said with whom. */
  #renderSwap(people: readonly KnownSpeaker[]): TemplateResult | typeof nothing {
    const [one, other, third] = people;
    if (one === undefined || other === undefined || third !== undefined) return nothing;
    if (!isSomething(one) && !isSomething(other)) return nothing;
    return html`<li>
      <button
        class="small plain"
        title=${msg('Exchange names and roles')}
        @click=${() => {
          this.speakers.swap(one.speaker, other.speaker);
        }}
      >
        ${icons.swap}<span>${msg('Swap names')}</span>
      </button>
    </li>`;
  }

  #renderForm(person: KnownSpeaker, people: readonly KnownSpeaker[]): TemplateResult {
    const { speakers } = this;
    const { speaker, name = '', role } = person;
    const others = people.filter((other) => other.speaker !== speaker);
    const save = (event: Event): void => {
      event.preventDefault();
      const typed = this.renderRoot.querySelector<HTMLInputElement>('#name')?.value ?? '';
      if (typed.trim() !== name) speakers.name(speaker, { name: typed });
      this.#close();
    };
    return html`<form @submit=${save}>
      <div>
        <label for="name">${msg(str`Name of ${speakers.nameOf(speaker)}`)}</label>
        <input id="name" autocomplete="off" maxlength="100" .value=${name} />
      </div>
      <div>
        <label for="role">${msg('Role')}</label>
        <select
          id="role"
          @change=${({ target }: Event) => {
            const chosen = (target as HTMLSelectElement).value;
            speakers.name(speaker, { role: chosen === '' ? null : (chosen as SpeakerRole) });
          }}
        >
          <option value="" ?selected=${role === undefined}>${msg('Not said')}</option>
          ${ROLES.map(
            (each) => html`<option value=${each} ?selected=${role === each}>${roleName(each)}</option>`,
          )}
        </select>
      </div>
      <button class="primary">${msg('Save')}</button>
      ${this.#renderOthers(msg('Same person as'), others, (other) => {
        speakers.merge(speaker, other);
        this.#close(other);
      })}
      ${this.#renderOthers(
        msg('Swap names with'),
        // Where there are two, a button beside them does it.
        others.length > 1 ? others.filter((other) => isSomething(person) || isSomething(other)) : [],
        (other) => {
          speakers.swap(speaker, other);
          this.#close();
        },
      )}
    </form>`;
  }

  #renderOthers(
    what: string,
    others: readonly KnownSpeaker[],
    act: (speaker: number) => void,
  ): TemplateResult | typeof nothing {
    if (others.length === 0) return nothing;
    return html`<div class="others">
      <span>${what}</span>
      ${others.map(({ speaker }) => {
        const name = this.speakers.nameOf(speaker);
        return html`<button
          class="small ${speakerClasses(speaker)}"
          type="button"
          aria-label="${what} ${name}"
          @click=${() => {
            act(speaker);
          }}
        >
          <span class="mark"></span>${name}
        </button>`;
      })}
    </div>`;
  }

  #renderNote(): TemplateResult | typeof nothing {
    const { settledSeconds } = this.speakers.state.value;
    const end = this.lines.value.at(-1)?.end ?? 0;
    if (settledSeconds === undefined || settledSeconds >= end) return nothing;
    return html`<p class="note">
      ${msg(str`Who speaks may still change from ${clock(settledSeconds)} on, but not what you correct.`)}
    </p>`;
  }

  /** Closes the form, and puts the focus on the speaker that it was about, or on another. */
  #close(speaker = this.open): void {
    this.open = undefined;
    this.#focusPerson(speaker);
  }

  #focusPerson(speaker: number | undefined): void {
    void this.updateComplete.then(() => {
      const index = this.speakers.people().findIndex((person) => person.speaker === speaker);
      this.renderRoot.querySelectorAll<HTMLElement>('.person')[index]?.focus();
    });
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.open !== undefined) this.#close();
  };
}

function askWhether(name: string, role: SpeakerRole): string {
  switch (role) {
    case 'clinician':
      return msg(str`Is ${name} the clinician? Confirm`);
    case 'patient':
      return msg(str`Is ${name} the patient? Confirm`);
    case 'other':
      return msg(str`Is ${name} somebody else? Confirm`);
  }
}

/** Whether anything is known that could be exchanged. */
function isSomething({ name, role, suggestedRole }: KnownSpeaker): boolean {
  return (name ?? role ?? suggestedRole) !== undefined;
}

customElements.define('speaker-bar', SpeakerBar);
