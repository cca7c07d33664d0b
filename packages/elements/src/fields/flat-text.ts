/** The text of an element as a person reads it, with line breaks between its blocks. */
export interface FlatText {
  readonly text: string;
  /** Where an offset is in the document. */
  readonly pointAt: (offset: number) => Point;
  /** The offset of a place in the document, which must be within the element. */
  readonly offsetOf: (node: Node, offset: number) => number;
}

/** A place in a document, as ranges have it. */
interface Point {
  readonly node: Node;
  readonly offset: number;
}

/** A text node, or the `br` of an empty line, which has no length. */
interface Piece {
  readonly node: Node;
  readonly start: number;
  readonly length: number;
}

const BLOCKS =
  /^(address|article|aside|blockquote|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|tbody|td|th|thead|tr|ul)$/;

/** Reads the text of an element. Spaces that do not break are spaces: editors put them in so that they can be seen. */
export function flatText(root: HTMLElement): FlatText {
  const keepsBreaks = getComputedStyle(root).whiteSpaceCollapse.startsWith('preserve');
  const pieces: Piece[] = [];
  let text = '';
  /** Breaks that count once more text comes in the same block, or in the next. */
  let breaks = 0;
  let isBetweenBlocks = false;

  function add(node: Node, content: string): void {
    if (isBetweenBlocks) text += '\n';
    else text += '\n'.repeat(breaks);
    isBetweenBlocks = false;
    breaks = 0;
    pieces.push({ node, start: text.length, length: content.length });
    text += content;
  }

  function addBreak(node: Node): void {
    add(node, '');
    breaks = 1;
  }

  function endBlock(): void {
    breaks = 0;
    isBetweenBlocks = pieces.length > 0;
  }

  function walk(parent: Node): void {
    for (const node of parent.childNodes) {
      if (node instanceof Text) {
        const content = keepsBreaks ? node.data : asShown(node.data);
        if (content !== '') add(node, content.replaceAll('\u00a0', ' '));
      } else if (node instanceof Element) {
        if (node.localName === 'br') addBreak(node);
        else if (BLOCKS.test(node.localName)) {
          endBlock();
          walk(node);
          endBlock();
        } else walk(node);
      }
    }
  }

  walk(root);
  return {
    text,
    pointAt: (offset) => pointIn(pieces, offset, root),
    offsetOf: (node, offset) => offsetIn(pieces, node, offset),
  };
}

/** A text as it is shown where breaks in it are not: nothing of what is only between the lines of the page's source. */
function asShown(data: string): string {
  return /^[ \t\r]*\n[ \t\r\n]*$/.test(data) ? '' : data.replaceAll(/[\n\t\r]/g, ' ');
}

function pointIn(pieces: readonly Piece[], offset: number, root: Node): Point {
  const piece = pieces.find(({ start, length }) => offset <= start + length) ?? pieces.at(-1);
  if (!piece) return { node: root, offset: root.childNodes.length };
  const { node, start, length } = piece;
  if (node instanceof Text) return { node, offset: Math.min(Math.max(offset - start, 0), length) };
  const parent = node.parentNode ?? root;
  return { node: parent, offset: [...parent.childNodes].indexOf(node as ChildNode) };
}

function offsetIn(pieces: readonly Piece[], node: Node, offset: number): number {
  const own = pieces.find((piece) => piece.node === node);
  if (own) return own.start + Math.min(offset, own.length);
  const place = document.createRange();
  place.setStart(node, offset);
  const next = pieces.findIndex((piece) => place.comparePoint(piece.node, 0) >= 0);
  const [before, after] = [next < 0 ? pieces.at(-1) : pieces[next - 1], next < 0 ? undefined : pieces[next]];
  if (after && (!before || node.contains(after.node) || !node.contains(before.node))) return after.start;
  return before ? before.start + before.length : 0;
}
