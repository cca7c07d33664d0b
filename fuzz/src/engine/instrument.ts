import ts from 'typescript';
import { REGISTRY_NAME } from './coverage.js';

/**
 * The source of a JavaScript module with a counter at each place that a branch can lead to: functions, branches of
 * conditions, loops, cases, operands that are not always evaluated, and code after a `catch`.
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
  const counted = (branch: ts.Node): ts.Node =>
    ts.isStatement(branch)
      ? inBlock(branch)
      : factory.createParenthesizedExpression(factory.createComma(count(), branch as ts.Expression));

  // The statements of a case must not be put into a block: the next case can use what this one declares.
  const inCase = (clause: ts.CaseOrDefaultClause): ts.CaseOrDefaultClause => {
    const statements = [countStatement(), ...clause.statements];
    return ts.isCaseClause(clause)
      ? factory.updateCaseClause(clause, clause.expression, statements)
      : factory.updateDefaultClause(clause, statements);
  };

  const transformer: ts.TransformerFactory<ts.SourceFile> = (context) => {
    const visitIn =
      (parent: ts.Node): ts.Visitor<ts.Node, ts.Node> =>
      (node) => {
        collectLiteral(node, literals);
        const visited = ts.visitEachChild(node, visitIn(node), context);
        if (ts.isCaseOrDefaultClause(visited)) return inCase(visited);
        return isBranch(parent, node) ? counted(visited) : visited;
      };
    return (root) => ts.visitEachChild(root, visitIn(root), context);
  };

  const transformation = ts.transform(file, [transformer]);
  const [root] = transformation.transformed;
  if (root === undefined) throw new TypeError('a source file is transformed into one');
  const text = ts.createPrinter().printFile(root);
  transformation.dispose();
  const registry = `globalThis[Symbol.for(${JSON.stringify(REGISTRY_NAME)})]`;
  return `const ${COUNTERS} = ${registry}.addModule(${String(places)}, ${JSON.stringify([...literals])});\n${text}`;
}

/** A name that no other code uses. */
const COUNTERS = '__auscultPlaces';

const SHORT_CIRCUITS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

/** Whether `node` is a part of `parent` that is not reached every time that `parent` is. */
function isBranch(parent: ts.Node, node: ts.Node): boolean {
  if (ts.isFunctionLike(parent)) return 'body' in parent && node === parent.body;
  if (ts.isIfStatement(parent)) return node === parent.thenStatement || node === parent.elseStatement;
  if (ts.isConditionalExpression(parent)) return node === parent.whenTrue || node === parent.whenFalse;
  if (ts.isBinaryExpression(parent))
    return node === parent.right && SHORT_CIRCUITS.has(parent.operatorToken.kind);
  if (ts.isIterationStatement(parent, false)) return node === parent.statement;
  return ts.isCatchClause(parent) && node === parent.block;
}

/** The most characters of a literal. Longer ones are messages for people. */
const LONGEST_LITERAL = 24;

/** Collects texts and numbers that code compares with, and names of fields: inputs must contain them to get further. */
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

/** A number as digits and as binary formats write it. In these texts, each character stands for a byte. */
function bytesOf(value: number): readonly string[] {
  if (!Number.isSafeInteger(value) || value < 256 || value > 0xffffffff) return [];
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  const big = bytes.subarray(value > 0xffff ? 0 : 2);
  return [String(value), big.toString('latin1'), Buffer.from(big).reverse().toString('latin1')];
}
