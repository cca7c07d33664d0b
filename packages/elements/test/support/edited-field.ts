import type { Page } from 'playwright-core';

/** What a field shows to its person. */
export interface FieldState {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The text of the field `note`, and the selection in it. */
export function readField(page: Page): Promise<FieldState> {
  return page.evaluate(() => {
    const field = document.querySelector('#note') as HTMLElement;
    if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)
      return { text: field.value, start: field.selectionStart ?? 0, end: field.selectionEnd ?? 0 };
    const selection = getSelection() as Selection;
    const lengthTo = (node: Node | null, offset: number): number => {
      const range = document.createRange();
      range.setStart(field, 0);
      if (node && field.contains(node)) range.setEnd(node, offset);
      return range.toString().length;
    };
    const ends = [
      lengthTo(selection.anchorNode, selection.anchorOffset),
      lengthTo(selection.focusNode, selection.focusOffset),
    ];
    const text = field.textContent.replaceAll('\u00a0', ' ');
    return { text, start: Math.min(...ends), end: Math.max(...ends) };
  });
}

/** Selects a part of the text of the field `note`. */
export function selectInField(page: Page, start: number, end: number): Promise<void> {
  return page.evaluate(
    ([from, to]) => {
      const field = document.querySelector('#note') as HTMLElement;
      if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) {
        field.setSelectionRange(from, to);
        return;
      }
      const walker = document.createTreeWalker(field, NodeFilter.SHOW_TEXT);
      const pointAt = (offset: number): [Node, number] => {
        walker.currentNode = field;
        let left = offset;
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const { length } = node as Text;
          if (left <= length) return [node, left];
          left -= length;
        }
        return [field, field.childNodes.length];
      };
      getSelection()?.setBaseAndExtent(...pointAt(from), ...pointAt(to));
    },
    [start, end] as const,
  );
}
