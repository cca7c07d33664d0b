import type { KeyTerm, Source, Transcriber, TranscriberOptions } from '@auscult/client';
import { en, type Messages } from '../messages/en.js';
import { languageOf } from '../shared-messages/language-of.js';
import { loadMessages } from '../shared-messages/load-messages.js';
import { createRecording, type Recording } from './recording.js';

/** A server that renders pages can import the modules too: it has no elements, and makes none. */
const ElementBase =
  (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ??
  (Object as unknown as typeof HTMLElement);

/** The attributes of every element that records. */
export const recordingAttributes = [
  'server',
  'token',
  'language',
  'key-terms',
  'written-form',
  'dictation-commands',
  'microphone',
  'lang',
] as const;

/**
 * An element that records, or shares the recording of another. Attributes count from the next start on.
 *
 * - `server`: address of the server; if absent, that of the page, at `/`
 * - `token`: an access token, with which a ticket is asked for before each connection
 * - `language`: BCP 47 tag of the speech
 * - `key-terms`: terms, each on a line or after a comma
 * - `written-form`, `dictation-commands`: `on` or `off`
 * - `microphone`: the `deviceId` of a microphone
 * - `lang`: language of the element itself
 */
export abstract class RecordingElement extends ElementBase {
  /** Gets a ticket for each connection from a server that requires authentication; `token` is not needed then. */
  ticket: (() => Promise<string>) | undefined;
  /** Listened to instead of a microphone, from the next start on. */
  source: Source | undefined;
  /** Words that are likely to be said, besides those of `key-terms`. */
  keyTerms: readonly (string | KeyTerm)[] = [];
  /** Options of the SDK, which count before those of attributes. */
  options: TranscriberOptions = {};
  /** Makes transcribers in place of the SDK's own function. */
  createTranscriber: ((options: TranscriberOptions) => Transcriber) | undefined;
  #recording: Recording | undefined;
  #messages: Messages = en;

  /** The recording, which may be given to another element to share it. Set before the element starts. */
  get recording(): Recording {
    this.#recording ??= createRecording({
      options: () => this.transcriberOptions(),
      source: () => this.source,
      create: () => this.createTranscriber,
      ask: async (path, init) => {
        const { askServer } = await import('./ask-server.js');
        return askServer(this.getAttribute('server'), this.getAttribute('token'), path, init);
      },
      hasCredentials: () => this.hasAttribute('token') || (this.ticket ?? this.options.ticket) === undefined,
    });
    return this.#recording;
  }
  set recording(recording: Recording) {
    this.#recording = recording;
    this.recordingChanged();
  }

  /** What this kind of element asks for where neither attributes nor `options` say anything. */
  protected get defaults(): TranscriberOptions {
    return {};
  }

  /** The texts of the element's language. */
  protected get messages(): Messages {
    return this.#messages;
  }

  /** Called when `recording` was set. */
  protected abstract recordingChanged(): void;

  /** Called when there are texts in another language. */
  protected abstract messagesChanged(): void;

  /** Loads the texts of the language that holds where the element is. */
  protected async loadLanguage(): Promise<void> {
    const messages = await loadMessages(languageOf(this));
    if (messages === this.#messages) return;
    this.#messages = messages;
    this.messagesChanged();
  }

  /** Dispatches an event that leaves shadow roots. Returns false if somebody has prevented it. */
  protected tell(type: string, detail: unknown, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable }));
  }

  /** What the attributes and properties ask for. */
  protected transcriberOptions(): TranscriberOptions {
    const [server, token] = [this.getAttribute('server'), this.getAttribute('token')];
    const language = this.getAttribute('language');
    const deviceId = this.getAttribute('microphone');
    const ticket = this.ticket ?? (token === null ? undefined : () => ticketFor(server, token));
    const keyTerms = [...listed(this.getAttribute('key-terms')), ...this.keyTerms];
    return {
      words: true,
      ...this.defaults,
      ...choice('writtenForm', this.getAttribute('written-form')),
      ...choice('dictationCommands', this.getAttribute('dictation-commands')),
      url: server ?? '/',
      ...(ticket && { ticket }),
      ...(language !== null && { language }),
      ...(keyTerms.length > 0 && { keyTerms }),
      ...(deviceId && { microphone: { deviceId } }),
      ...this.options,
    };
  }
}

async function ticketFor(server: string | null, token: string): Promise<string> {
  const { askForTicket } = await import('./ask-for-ticket.js');
  return askForTicket(server, token);
}

function choice(option: 'writtenForm' | 'dictationCommands', value: string | null): TranscriberOptions {
  return value === null ? {} : { [option]: value === 'off' ? 'off' : 'on' };
}

function listed(terms: string | null): string[] {
  return (terms ?? '')
    .split(/[\n,]/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}
