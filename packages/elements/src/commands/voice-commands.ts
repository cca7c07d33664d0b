import type { SpokenCommand, Transcriber, TranscriberOptions } from '@auscult/client';
import type { Dictation } from '../dictation/dictation.js';
import type { TargetFields } from '../dictation/target-fields.js';
import type { FieldWriter } from '../fields/field-writer.js';
import type { Span } from '../fields/edit.js';
import type { Surroundings } from '../fields/fit-text.js';
import { languageOf } from '../shared-messages/language-of.js';
import { createFieldActions } from './field-actions.js';
import { fieldsInOrder, namedFields } from './field-names.js';
import { listenToFieldKeys } from './field-keys.js';
import { loadCommandMessages } from './load-command-messages.js';
import { en } from './messages/en-commands.js';
import { createOwnUndo } from './own-undo.js';
import { phrasesIn, type CommandName } from './phrases.js';
import { readTemplates, type Template } from './read-templates.js';
import { createTemplateFields } from './template-fields.js';
import { listedCommands, type Listed } from './listed-commands.js';
import { watchLooks } from './watch-looks.js';

/** What is needed once somebody dictates, and is loaded only then: above all voice commands, which are carried out in fields. */
export interface VoiceCommands {
  /** Listens for commands of a transcriber. */
  readonly follow: (transcriber: Transcriber) => void;
  /** What is to be written of a dictated text in a field of a template; undefined elsewhere. */
  readonly fillIn: (text: string, writer: FieldWriter, place: Span) => string | undefined;
}

/** The element that dictates. */
export interface CommandedElement {
  readonly element: HTMLElement;
  readonly targets: TargetFields;
  readonly dictation: Dictation;
  /** What the next recording asks for. */
  readonly options: () => TranscriberOptions;
  readonly fitting: () => Pick<Surroundings, 'keyTerms' | 'smallWords'>;
  /** Whether commands are carried out, rather than told only. */
  readonly carriesOut: () => boolean;
  /** Templates of the page, in place of those of the server. */
  readonly templates: () => readonly Template[] | undefined;
  /** Tells of a command; false if the page does not want it carried out. */
  readonly tell: (command: SpokenCommand, field: HTMLElement | undefined) => boolean;
  /** Says something in the live region; what the recording is doing if it is empty. */
  readonly say: (text: string | undefined) => void;
  /** Something that is shown over fields may have to be drawn anew. */
  readonly follow: () => void;
  readonly signal: AbortSignal;
}

export function createVoiceCommands(host: CommandedElement): VoiceCommands {
  const { element, targets, dictation, options, signal } = host;
  const followed = new WeakSet<Transcriber>();
  const templateFields = createTemplateFields(host.fitting);
  const ownUndo = createOwnUndo();
  let messages = en;
  let ofServer: readonly Template[] = [];
  const templates = (): readonly Template[] => host.templates() ?? ofServer;
  let sections: ReadonlyMap<string, HTMLElement> = new Map();
  let listed: Listed = { commands: [], own: new Map() };

  const actions = createFieldActions({
    ...{ targets, dictation, templateFields, ownUndo },
    messages: () => messages,
    template: (name) => templates().find((one) => one.name === name)?.text,
    section: (name) => sections.get(name),
  });
  listenToFieldKeys({
    targets,
    templateFields,
    ownUndo,
    signal,
    shown: (field) => host.say(actions.show(field)),
  });
  watchLooks(host.follow, signal);

  /** Tells the server what can be said now, if that has changed. */
  function listen(transcriber: Transcriber): void {
    sections = namedFields(fieldsInOrder(targets));
    const { commands = [], language = 'en' } = options();
    const next = listedCommands({
      ofPage: commands,
      phrases: host.carriesOut() ? phrasesIn(language) : {},
      values: { template: templates().map(({ name }) => name), section: [...sections.keys()] },
    });
    if (JSON.stringify(next.commands) === JSON.stringify(listed.commands)) return;
    listed = next;
    transcriber.configure({ commands: next.commands });
  }

  async function load(transcriber: Transcriber): Promise<void> {
    messages = await loadCommandMessages(languageOf(element));
    if (!signal.aborted) listen(transcriber);
    const token = element.getAttribute('token');
    const { url, ticket } = options();
    // A ticket is for one connection only.
    const isAsked = host.carriesOut() && !host.templates() && (token !== null || !ticket);
    if (isAsked) ofServer = await readTemplates(url, token);
    if (!signal.aborted) listen(transcriber);
  }

  function carryOut(command: SpokenCommand, name: CommandName | undefined): void {
    const writer = targets.current();
    if (!host.tell(command, writer?.field.element) || !name) return;
    host.say(actions.carryOut(name, command.variables, writer));
    dictation.moveOpen();
  }

  return {
    follow: (transcriber) => {
      if (followed.has(transcriber)) return;
      followed.add(transcriber);
      // A server knows of commands only what this transcriber has told it.
      listed = { commands: options().commands ?? [], own: new Map() };
      void load(transcriber);
      transcriber.on('speech', ({ state }) => {
        if (state === 'started') listen(transcriber);
      });
      transcriber.on('command', (command) => {
        const name = listed.own.get(command.phrase);
        const writer = targets.current();
        const now = (): void => carryOut(command, name);
        // What was dictated before is written before.
        if (writer) writer.whenFree(now);
        else now();
      });
    },
    fillIn: templateFields.fillIn,
  };
}
