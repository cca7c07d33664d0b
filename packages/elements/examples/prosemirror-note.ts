import { defineElements } from '@auscult/elements';
import { baseKeymap } from 'prosemirror-commands';
import { history, redo, undo } from 'prosemirror-history';
import { keymap } from 'prosemirror-keymap';
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
    if (saved) saved.textContent = view.state.doc.textBetween(0, view.state.doc.content.size, '\n');
  },
});
