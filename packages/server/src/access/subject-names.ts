import type { ApiKeys } from './api-keys.js';
import type { Users } from './users.js';

/** The names of users and API keys by their subjects, which are ids that nobody can read. */
export interface SubjectNames {
  /** Names of those that the tenant has; others are left out. */
  readonly of: (
    tenant: string,
    subjects: readonly (string | undefined)[],
  ) => Promise<ReadonlyMap<string, string>>;
  /** The subject of the user of the tenant who has this name; the text itself if nobody has. */
  readonly subjectOf: (tenant: string, text: string) => Promise<string>;
}

interface Named {
  readonly tenant: string;
  readonly name: string;
}

export function createSubjectNames(users: Users, apiKeys: ApiKeys): SubjectNames {
  const find = async (subject: string): Promise<Named | undefined> => {
    const id = subject.slice(subject.indexOf(':') + 1);
    if (subject.startsWith('user:')) return users.find(id);
    return subject.startsWith('key:') ? apiKeys.find(id) : undefined;
  };
  return {
    of: async (tenant, subjects) => {
      const names = new Map<string, string>();
      for (const subject of new Set(subjects)) {
        const found = subject === undefined ? undefined : await find(subject);
        if (subject !== undefined && found?.tenant === tenant) names.set(subject, found.name);
      }
      return names;
    },
    subjectOf: async (tenant, text) => {
      const user = await users.findByName(text);
      return user?.tenant === tenant ? `user:${user.id}` : text;
    },
  };
}
