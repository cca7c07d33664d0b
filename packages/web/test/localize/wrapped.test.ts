import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const folder = resolve(import.meta.dirname, '../../src');
/** Attributes that are read out or shown. */
const READ_OUT = /\b(?:aria-label|aria-description|title|label|heading|placeholder|alt)="([^"]*)"/gu;
/** What is the same in all languages. */
const SAME_EVERYWHERE = ['Auscult', 'Alt', 'Shift'];
/** Errors for programs, which nobody is shown. */
const FOR_PROGRAMS = ['Error', 'DOMException', 'TranscriberError'];

test('no template shows words, and no code says a sentence, that are not in the catalogue', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /^(?:page|console)\/.*\.ts$/u.test(path),
  );
  expect(files.length).toBeGreaterThan(50);
  const found = files.flatMap((file) =>
    wordsIn(readFileSync(resolve(folder, file), 'utf8')).map((words) => `${file}: ${words}`),
  );
  expect(found).toEqual([]);
});

test('it finds them', () => {
  expect(wordsIn('html`<p>Hello ${name}</p>`')).toEqual(['Hello']);
  expect(wordsIn('html`<p title="Hello">${msg("x")}</p>`')).toEqual(['Hello']);
  expect(wordsIn('say("It is gone.")')).toEqual(['It is gone.']);
  expect(
    wordsIn('say(msg("It is gone.")); html`<p class="a b" @click=${() => 1}>${msg(html`A <b>b</b>`)}</p>`'),
  ).toEqual([]);
});

function wordsIn(source: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'msg') return;
    if (ts.isNewExpression(node) && FOR_PROGRAMS.includes(node.expression.getText())) return;
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'html')
      found.push(...wordsOfTemplate(node.template));
    else if (ts.isStringLiteral(node) && isSentence(node.text)) found.push(node.text);
    else if (ts.isTaggedTemplateExpression(node) && node.tag.getText() !== 'str') return;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true), visit);
  return found;
}

function wordsOfTemplate(template: ts.TemplateLiteral): readonly string[] {
  const pieces = ts.isNoSubstitutionTemplateLiteral(template)
    ? [template.text]
    : [template.head.text, ...template.templateSpans.map(({ literal }) => literal.text)];
  // An expression stands for one character that is no letter.
  const markup = pieces.join('\u0000');
  const texts = markup.replace(/<[^>]*>/gu, '\n').split(/[\n\u0000]/u);
  const attributes = [...markup.matchAll(READ_OUT)].flatMap(([, value = '']) => value.split('\u0000'));
  return [...texts, ...attributes]
    .map((text) => text.trim())
    .filter((text) => /\p{L}/u.test(text) && !SAME_EVERYWHERE.includes(text));
}

function isSentence(text: string): boolean {
  return /^\p{Lu}\p{L}*\s.*[.?!…]$/u.test(text);
}
