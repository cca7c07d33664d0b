import { defineElements } from '@auscult/elements';
import { baseKeymap } from 'prosemirror-commands';
import { history, redo, undo } from 'prosemirror-history';
import { keymap } from 'prosemirror-keymap';
import type { Node } from 'prosemirror-model';
import { schema } from 'prosemirror-schema-basic';
import { EditorState } from 'prosemirror-state';
import { EditorView } from 'prosemirror-view';

defineElements();

const state = EditorState.create({
  schema,
  plugins: [history(), keymap({ 'Mod-z': undo, 'Mod-y': redo }), keymap(baseKeymap)],
});
const saved = document.querySelector('output');

/** The document is ProseMirror's: what is dictated becomes transactions, as if it were typed. */
const view = new EditorView(document.querySelector('#note'), {
  state,
  attributes: { 'aria-label': 'Note', role: 'textbox', 'aria-multiline': 'true' },
  dispatchTransaction: (transaction) => {
    view.updateState(view.state.apply(transaction));
    if (saved) saved.textContent = textOf(view.state.doc);
  },
});

/** The text as it will be saved: a line for each paragraph. */
function textOf(document: Node): string {
  return document.textBetween(0, document.content.size, '\n');
}
