import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { closeTable, errorCodes, warningCodes } from '@auscult/protocol/codes';

const packages = fileURLToPath(new URL('../..', import.meta.url));
const closeCodes = Object.values(closeTable).map(({ code }) => code);
/** Sources that do not count: the tables of codes, and the code that only describes them. */
const aside = /((connection-ends|close-codes|error-codes|warning-codes)\.ts|reference\/)/;
const serverSources = [...sourcesOf('server'), ...sourcesOf('asr')];
const protocolSources = sourcesOf('protocol').filter(({ fileName }) => !aside.test(fileName));

test('every error and warning of the tables is sent somewhere', () => {
  const sent = new Set<string>();
  for (const source of [...serverSources, ...protocolSources]) {
    visit(source, (node) => {
      if (ts.isStringLiteral(node) && !isOnlyNamed(node)) sent.add(node.text);
    });
  }
  expect([...errorCodes, ...warningCodes].filter((code) => !sent.has(code))).toEqual([]);
});

test('errors are made and connections closed only by way of the tables', () => {
  const others: string[] = [];
  for (const source of serverSources) {
    visit(source, (node) => {
      const isError = ts.isPropertyAssignment(node) && /^type: 'error'/.test(node.getText());
      // A dialect only formats a problem. Whoever reported the problem took its code from the table.
      const makesError = isError && !/\.\.\.event\.problem\b/.test(node.parent.getText());
      const closes = ts.isCallExpression(node) && /close\w*$/.test(node.expression.getText());
      const byNumber = closes && node.arguments[0] !== undefined && ts.isNumericLiteral(node.arguments[0]);
      if (makesError || byNumber) others.push(`${source.fileName}: ${node.getText()}`);
    });
  }
  // In all other places, the compiler accepts only codes of the tables.
  expect(others).toEqual([]);
});

test('every code with which the WebSocket library closes by itself is in the table', () => {
  const receiver = join(dirname(createRequire(import.meta.url).resolve('ws')), 'lib', 'receiver.js');
  const codes =
    readFileSync(receiver, 'utf8')
      .match(/(?<=^\s+)1\d{3}(?=,$)/gm)
      ?.map(Number) ?? [];
  expect(codes).toContain(1002);
  expect(codes.filter((code) => !closeCodes.includes(code))).toEqual([]);
});

function sourcesOf(name: string): readonly ts.SourceFile[] {
  const folder = join(packages, name, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path))
    .map((path) => ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true));
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => {
    visit(child, look);
  });
}

/** Whether a literal is a type, what something is compared with, or part of the description of a route. */
function isOnlyNamed(literal: ts.StringLiteral): boolean {
  const { parent } = literal;
  if (ts.isLiteralTypeNode(parent) || ts.isCaseClause(parent)) return true;
  if (ts.isBinaryExpression(parent) && /^[!=]==$/.test(parent.operatorToken.getText())) return true;
  if (ts.isCallExpression(parent)) return parent.expression.getText() === 'errorResponses';
  return ts.isArrayLiteralExpression(parent) && parent.parent.getText().endsWith('as const');
}
