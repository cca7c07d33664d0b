import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { deployPath } from './expressions.js';

/** What runs Auscult in an example: its command, its environment, and how long it gets to stop. */
export interface Deployed {
  readonly where: string;
  readonly command: 'serve' | 'work';
  readonly environment: Readonly<Record<string, string>>;
  readonly graceSeconds: number;
}

const service = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({}),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  stop_grace_period: z.string().optional(),
  healthcheck: z.object({}).optional(),
});

const composition = z.object({
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
});

/** `deploy/compose.yaml`, with what it repeats written out. */
export function compose(): z.output<typeof composition> {
  const text = readFileSync(deployPath('compose.yaml'), 'utf8');
  const file: unknown = parse(text, { merge: true });
  return composition.parse(file);
}

const container = z.object({
  image: z.string(),
  args: z.array(z.string()).default([]),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })).default([]),
  env: z
    .array(z.object({ name: z.string(), value: z.string().optional(), valueFrom: z.unknown().optional() }))
    .default([]),
  securityContext: z.unknown(),
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }).optional(),
});

const secretItems = z.object({
  secretName: z.string().optional(),
  name: z.string().optional(),
  items: z.array(z.object({ key: z.string() })).default([]),
});

const podSpec = z.object({
  automountServiceAccountToken: z.boolean(),
  enableServiceLinks: z.boolean(),
  terminationGracePeriodSeconds: z.number(),
  securityContext: z.unknown(),
  containers: z.array(container),
  volumes: z
    .array(
      z.object({
        secret: secretItems.optional(),
        projected: z.object({ sources: z.array(z.object({ secret: secretItems.optional() })) }).optional(),
      }),
    )
    .default([]),
});

const workload = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  spec: z.object({ template: z.object({ spec: podSpec }) }),
});

/** A StatefulSet or Deployment of `deploy/kubernetes`. */
export type Workload = z.output<typeof workload>;

/** Files of `deploy/kubernetes` that hold resources, each with its path. */
export const manifests = [
  ...['namespace', 'server', 'inference', 'nats', 'network-policies'].map((name) => `base/${name}.yaml`),
  ...['postgres', 'ingress'].map((name) => `overlays/example/${name}.yaml`),
].map((path) => deployPath(`kubernetes/${path}`));

/** What runs pods. */
export function workloads(): readonly Workload[] {
  return manifests
    .flatMap((path) => parseAllDocuments(readFileSync(path, 'utf8')))
    .map((document) => document.toJS() as unknown)
    .flatMap((resource) => {
      const parsed = workload.safeParse(resource);
      if (!parsed.success && /Set|Deployment/.test((resource as { kind: string }).kind)) throw parsed.error;
      return parsed.success ? [parsed.data] : [];
    });
}

/** Everything in `deploy` that runs Auscult. */
export function deployed(): readonly Deployed[] {
  return [...inCompose(), ...inKubernetes(), ...inSystemd()];
}

function inCompose(): readonly Deployed[] {
  return Object.entries(compose().services).flatMap(
    ([name, { command = [], environment, stop_grace_period }]) =>
      isCommand(command[0])
        ? [
            {
              where: `compose: ${name}`,
              command: command[0],
              environment,
              graceSeconds: Number.parseInt(stop_grace_period ?? '10', 10),
            },
          ]
        : [],
  );
}

function inKubernetes(): readonly Deployed[] {
  const maps = new Map([
    ['auscult-server', settingsFile('base/settings.env', 'overlays/example/settings.env')],
    ['auscult-inference', settingsFile('base/inference.env')],
  ]);
  return workloads().flatMap(({ metadata, spec }) =>
    spec.template.spec.containers.flatMap(({ args, env, envFrom, lifecycle }) => {
      const [command] = args;
      if (!isCommand(command)) return [];
      const own = env.map(({ name, value = metadata.name }) => [name, value]);
      const shared = envFrom.map(({ configMapRef }) => maps.get(configMapRef.name));
      return [
        {
          where: `kubernetes: ${metadata.name}`,
          command,
          environment: Object.assign({}, ...shared, Object.fromEntries(own)) as Record<string, string>,
          graceSeconds:
            spec.template.spec.terminationGracePeriodSeconds - (lifecycle?.preStop.sleep.seconds ?? 0),
        },
      ];
    }),
  );
}

function inSystemd(): readonly Deployed[] {
  const unit = readFileSync(deployPath('systemd/auscult@.service'), 'utf8');
  const grace = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]);
  return (['serve', 'work'] as const).map((command) => ({
    where: `systemd: auscult@${command}`,
    command,
    environment: Object.fromEntries(
      [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
        name,
        value.replace('/etc/auscult/%i.json', deployPath(`systemd/${command}.json`)),
      ]),
    ),
    graceSeconds: grace,
  }));
}

function settingsFile(...paths: readonly string[]): Readonly<Record<string, string>> {
  const lines = paths.flatMap((path) =>
    readFileSync(join(deployPath('kubernetes'), path), 'utf8').split('\n'),
  );
  const pairs = lines.filter((line) => /^\w+=/.test(line)).map((line) => line.split(/=(.*)/s, 2));
  return Object.fromEntries(pairs) as Record<string, string>;
}

function isCommand(text: string | undefined): text is Deployed['command'] {
  return text === 'serve' || text === 'work';
}
