import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

/** An expression in PromQL of a rule or a panel. */
export interface Expression {
  /** Alert, recorded name, or title of the panel. */
  readonly of: string;
  readonly text: string;
  /** Labels that texts beside it show. */
  readonly shown: readonly string[];
}

/** What an expression uses of a metric. */
interface Use {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** Path of a file in `deploy`, or of the folder. */
export function deployPath(path = ''): string {
  return fileURLToPath(new URL(`../../../../deploy/${path}`, import.meta.url));
}

const ruleFile = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string().optional(),
          record: z.string().optional(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(['critical', 'warning']) }).optional(),
          annotations: z.object({ summary: z.string(), runbook: z.string() }).optional(),
        }),
      ),
    }),
  ),
});

/** A rule of `deploy/prometheus/rules.yaml`. */
export type Rule = z.output<typeof ruleFile>['groups'][number]['rules'][number];

/** All rules for Prometheus. */
export function prometheusRules(): readonly Rule[] {
  const file: unknown = parse(readFileSync(deployPath('prometheus/rules.yaml'), 'utf8'));
  return ruleFile.parse(file).groups.flatMap(({ rules }) => rules);
}

const ruleTests = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z
        .array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) }))
        .default([]),
    }),
  ),
});

/** Alerts that `deploy/prometheus/rules.test.yaml` makes fire. */
export function alertsThatFire(): ReadonlySet<string> {
  const file: unknown = parse(readFileSync(deployPath('prometheus/rules.test.yaml'), 'utf8'));
  const expected = ruleTests.parse(file).tests.flatMap((one) => one.alert_rule_test);
  return new Set(
    expected.filter(({ exp_alerts: fired }) => fired.length > 0).map(({ alertname }) => alertname),
  );
}

const dashboard = z.object({
  uid: z.string(),
  panels: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
    }),
  ),
});

/** All dashboards, by the names of their files. */
export function dashboards(): ReadonlyMap<string, z.output<typeof dashboard>> {
  const names = readdirSync(deployPath('grafana'));
  return new Map(
    names.map((name) => {
      const file: unknown = JSON.parse(readFileSync(deployPath(`grafana/${name}`), 'utf8'));
      return [name, dashboard.parse(file)];
    }),
  );
}

/** Every expression of rules and dashboards. */
export function expressions(): readonly Expression[] {
  return [
    ...prometheusRules().map(({ alert, record, expr, annotations }) => ({
      of: alert ?? record ?? '',
      text: expr,
      shown: labelsIn(annotations?.summary ?? '', /\$labels\.(\w+)/g),
    })),
    ...[...dashboards().values()]
      .flatMap(({ panels }) => panels)
      .flatMap(({ title, targets }) =>
        targets.map(({ expr, legendFormat }) => ({
          of: title,
          text: expr,
          shown: labelsIn(legendFormat, /\{\{(\w+)\}\}/g),
        })),
      ),
  ];
}

/** The metrics that an expression selects, each with the labels that it asks for. */
export function usesIn(expression: string): readonly Use[] {
  const selectors = withoutGrouping(expression).matchAll(
    /(?<![\w:"$.])([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?(?!\s*\()(?![\w:])/g,
  );
  return [...selectors]
    .filter(([, name = '']) => !KEYWORDS.has(name))
    .map(([, metric = '', matchers = '']) => ({ metric, labels: labelsIn(matchers, /(\w+)\s*[=!]/g) }));
}

/** The values that an expression requires of a label, each with the metric. */
export function valuesIn(expression: string): readonly Record<'metric' | 'label' | 'value', string>[] {
  return [...withoutGrouping(expression).matchAll(/([\w:]+)\{([^}]*)\}/g)].flatMap(
    ([, metric = '', matchers = '']) =>
      [...matchers.matchAll(/(\w+)=~?"([^"]*)"/g)].map(([, label = '', value = '']) => ({
        metric,
        label,
        value,
      })),
  );
}

/** The labels by which an expression groups. */
export function groupingIn(expression: string): readonly string[] {
  return [...expression.matchAll(GROUPING)].flatMap(([, labels = '']) =>
    labels.split(',').map((label) => label.trim()),
  );
}

const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'ignoring', 'on', 'by', 'without']);
const GROUPING = /\b(?:by|on)\s*\(([^)]*)\)/g;

function withoutGrouping(expression: string): string {
  return expression.replace(GROUPING, '').replace(/\[[^\]]*\]/g, '');
}

function labelsIn(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, label = '']) => label);
}
