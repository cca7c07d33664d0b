import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Access } from '../access/access.js';
import { requireIdentity } from '../access/guard.js';

const groupBody = z.object({
  name: z.string(),
  users: z.int().meta({ description: 'How many users belong to it who may log in.' }),
  keys: z.int().meta({ description: 'How many keys belong to it that are not revoked.' }),
});

type GroupBody = z.output<typeof groupBody>;

/** Adds `/api/v1/groups`. */
export function registerGroups(app: FastifyInstance, { users, apiKeys }: Access): void {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/groups',
    {
      config: { action: 'group.list' },
      schema: {
        summary: 'List groups',
        description:
          'The groups of users and keys of the tenant, by name. A group is there as long as somebody belongs to it.',
        response: { 200: z.object({ groups: z.array(groupBody) }) },
      },
    },
    async (request) => {
      const { tenant } = requireIdentity(request);
      const people = (await users.list(tenant)).filter(({ disabledAt }) => disabledAt === undefined);
      const keys = (await apiKeys.list(tenant)).filter(({ revokedAt }) => revokedAt === undefined);
      return { groups: counted(people, keys) };
    },
  );
}

interface Member {
  readonly groups: readonly string[];
}

function counted(people: readonly Member[], keys: readonly Member[]): GroupBody[] {
  const groups = new Map<string, GroupBody>();
  for (const [kind, members] of [
    ['users', people],
    ['keys', keys],
  ] as const)
    for (const name of members.flatMap((member) => [...new Set(member.groups)])) {
      const group = groups.get(name) ?? { name, users: 0, keys: 0 };
      groups.set(name, { ...group, [kind]: group[kind] + 1 });
    }
  return [...groups.values()].toSorted((one, other) => one.name.localeCompare(other.name));
}
