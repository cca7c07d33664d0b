import type { Span } from './edit.js';
import { announceInput, hasFocus, reportInput, typeText, type Field, type Replaced } from './field.js';
import { flatText } from './flat-text.js';

/** A field for an element that is `contenteditable`. */
export function editableField(element: HTMLElement): Field {
  const text = (): string => flatText(element).text;

  function rangeOf({ start, end }: Span): Range {
    const { pointAt } = flatText(element);
    const [from, to] = [pointAt(start), pointAt(end)];
    const range = document.createRange();
    range.setStart(from.node, from.offset);
    range.setEnd(to.node, to.offset);
    return range;
  }

  function selection(): Span | undefined {
    const selected = selectionIn(element);
    const { anchorNode, focusNode } = selected ?? {};
    if (!selected || !anchorNode || !focusNode) return undefined;
    if (!element.contains(anchorNode) || !element.contains(focusNode)) return undefined;
    const { offsetOf } = flatText(element);
    const ends = [offsetOf(anchorNode, selected.anchorOffset), offsetOf(focusNode, selected.focusOffset)];
    return { start: Math.min(...ends), end: Math.max(...ends) };
  }

  function select(span: Span): void {
    const current = selection();
    if (current?.start === span.start && current.end === span.end) return;
    const { startContainer, startOffset, endContainer, endOffset } = rangeOf(span);
    selectionIn(element)?.setBaseAndExtent(startContainer, startOffset, endContainer, endOffset);
  }

  function put(span: Span, replacement: string): void {
    putInto(rangeOf(span), replacement);
    reportInput(element, replacement);
  }

  function replace(span: Span, replacement: string): Replaced {
    const before = text();
    const wanted = before.slice(0, span.start) + replacement + before.slice(span.end);
    if (hasFocus(element)) {
      select(span);
      endStep(selectionIn(element));
    }
    if (!announceInput(element, replacement)) return text() === wanted ? 'edited' : 'no';
    if (hasFocus(element)) {
      typeText(replacement);
      endStep(selectionIn(element));
    }
    if (text() !== before || wanted === before) return 'edited';
    put(span, replacement);
    return 'put';
  }

  return {
    element,
    hasLines: true,
    text,
    selection: () => (hasFocus(element) ? selection() : undefined),
    select: (span) => {
      if (hasFocus(element)) select(span);
    },
    hasRoom: () => true,
    replace,
    put,
    range: rangeOf,
  };
}

/** Shadow roots have a selection of their own in Chromium only. */
function selectionIn(element: HTMLElement): Selection | null {
  const root = element.getRootNode() as { getSelection?: () => Selection | null };
  return root.getSelection ? root.getSelection() : document.getSelection();
}

/** What is typed next is another step of the browser's undo: Chromium ends one where something is selected, be it the same. */
function endStep(selection: Selection | null): void {
  const { anchorNode, anchorOffset, focusNode, focusOffset } = selection ?? {};
  if (anchorNode && focusNode)
    selection?.setBaseAndExtent(anchorNode, anchorOffset ?? 0, focusNode, focusOffset ?? 0);
}

/** Writes without the focus: the browser's own undo does not know of it. */
function putInto(range: Range, text: string): void {
  range.deleteContents();
  const content = document.createDocumentFragment();
  text.split('\n').forEach((line, index) => {
    if (index > 0) content.append(document.createElement('br'));
    content.append(line);
  });
  range.insertNode(content);
}
