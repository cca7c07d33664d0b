import ts from 'typescript';
import { REGISTRY_NAME } from './coverage.js';

/**
 * The source of a JavaScript module with a counter at each place that a branch can lead to: functions, branches of
 * conditions, loops, cases, operands that are not always evaluated, and what is behind a `catch`.
 */
export function instrument(source: string, path: string): string {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.ESNext, false, ts.ScriptKind.JS);
  const literals = new Set<string>();
  let places = 0;
  const { factory } = ts;
  const count = (): ts.Expression =>
    factory.createPostfixIncrement(
      factory.createElementAccessExpression(factory.createIdentifier(COUNTERS), places++),
    );
  const countStatement = (): ts.Statement => factory.createExpressionStatement(count());
  const inBlock = (statement: ts.Statement): ts.Block =>
    ts.isBlock(statement)
      ? factory.updateBlock(statement, [countStatement(), ...statement.statements])
      : factory.createBlock([countStatement(), statement]);
  const counted = (expression: ts.Expression): ts.Expression =>
    factory.createParenthesizedExpression(factory.createComma(count(), expression));

  const transformer: ts.TransformerFactory<ts.SourceFile> = (context) => {
    const visit = (node: ts.Node): ts.Node => place(ts.visitEachChild(node, visit, context));
    const place = (node: ts.Node): ts.Node => {
      collectLiteral(node, literals);
      if (isFunctionWithBody(node)) return withCountedBody(node, context, inBlock, counted);
      if (ts.isIfStatement(node))
        return factory.updateIfStatement(
          node,
          node.expression,
          inBlock(node.thenStatement),
          node.elseStatement && inBlock(node.elseStatement),
        );
      if (ts.isConditionalExpression(node))
        return factory.updateConditionalExpression(
          node,
          node.condition,
          node.questionToken,
          counted(node.whenTrue),
          node.colonToken,
          counted(node.whenFalse),
        );
      if (ts.isBinaryExpression(node) && SHORT_CIRCUITS.has(node.operatorToken.kind))
        return factory.updateBinaryExpression(node, node.left, node.operatorToken, counted(node.right));
      if (ts.isCaseClause(node))
        return factory.updateCaseClause(node, node.expression, [countStatement(), ...node.statements]);
      if (ts.isDefaultClause(node))
        return factory.updateDefaultClause(node, [countStatement(), ...node.statements]);
      if (ts.isCatchClause(node))
        return factory.updateCatchClause(node, node.variableDeclaration, inBlock(node.block));
      if (ts.isForStatement(node))
        return factory.updateForStatement(
          node,
          node.initializer,
          node.condition,
          node.incrementor,
          inBlock(node.statement),
        );
      if (ts.isForOfStatement(node))
        return factory.updateForOfStatement(
          node,
          node.awaitModifier,
          node.initializer,
          node.expression,
          inBlock(node.statement),
        );
      if (ts.isWhileStatement(node))
        return factory.updateWhileStatement(node, node.expression, inBlock(node.statement));
      return node;
    };
    return (root) => ts.visitEachChild(root, visit, context);
  };

  const { transformed, dispose } = ts.transform(file, [transformer]);
  const [root] = transformed;
  if (root === undefined) throw new TypeError('a source file is transformed into one');
  const text = ts.createPrinter().printFile(root);
  dispose();
  const registry = `globalThis[Symbol.for(${JSON.stringify(REGISTRY_NAME)})]`;
  return `const ${COUNTERS} = ${registry}.addModule(${String(places)}, ${JSON.stringify([...literals])});\n${text}`;
}

/** No name that anybody else gives. */
const COUNTERS = '__auscultPlaces';

const SHORT_CIRCUITS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

type FunctionWithBody =
  ts.FunctionDeclaration | ts.FunctionExpression | ts.MethodDeclaration | ts.ArrowFunction;

function isFunctionWithBody(node: ts.Node): node is FunctionWithBody {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isArrowFunction(node)
  );
}

function withCountedBody(
  node: FunctionWithBody,
  { factory }: ts.TransformationContext,
  inBlock: (block: ts.Statement) => ts.Block,
  counted: (expression: ts.Expression) => ts.Expression,
): ts.Node {
  const { body } = node;
  if (body === undefined) return node;
  if (ts.isArrowFunction(node))
    return factory.updateArrowFunction(
      node,
      node.modifiers,
      node.typeParameters,
      node.parameters,
      node.type,
      node.equalsGreaterThanToken,
      ts.isBlock(body) ? inBlock(body) : counted(body as ts.Expression),
    );
  const block = inBlock(body as ts.Block);
  if (ts.isFunctionDeclaration(node))
    return factory.updateFunctionDeclaration(
      node,
      node.modifiers,
      node.asteriskToken,
      node.name,
      node.typeParameters,
      node.parameters,
      node.type,
      block,
    );
  if (ts.isFunctionExpression(node))
    return factory.updateFunctionExpression(
      node,
      node.modifiers,
      node.asteriskToken,
      node.name,
      node.typeParameters,
      node.parameters,
      node.type,
      block,
    );
  return factory.updateMethodDeclaration(
    node,
    node.modifiers,
    node.asteriskToken,
    node.name,
    node.questionToken,
    node.typeParameters,
    node.parameters,
    node.type,
    block,
  );
}

/** Longer ones are messages for people. */
const LONGEST_LITERAL = 24;

/** Texts and numbers that code compares with, and names of fields: what an input has to hold to get past it. */
function collectLiteral(node: ts.Node, literals: Set<string>): void {
  if (ts.isStringLiteralLike(node) && isWorthTrying(node.text)) literals.add(node.text);
  if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && isWorthTrying(node.name.text))
    literals.add(node.name.text);
  if (ts.isNumericLiteral(node)) for (const text of bytesOf(Number(node.text))) literals.add(text);
}

function isWorthTrying(text: string): boolean {
  return (
    text.length > 1 && text.length <= LONGEST_LITERAL && !text.startsWith('./') && !text.startsWith('node:')
  );
}

/** A number as digits and as binary formats write it, as text of one character a byte. */
function bytesOf(value: number): readonly string[] {
  if (!Number.isSafeInteger(value) || value < 256 || value > 0xffffffff) return [];
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  const big = bytes.subarray(value > 0xffff ? 0 : 2);
  return [String(value), big.toString('latin1'), Buffer.from(big).reverse().toString('latin1')];
}
