/** After how many days the records of each tenant are destroyed. */
export interface RetentionPolicies {
  /** Undefined if they are kept until somebody deletes them. */
  readonly daysFor: (tenant: string) => number | undefined;
  /** Whether there are any. */
  readonly isEmpty: boolean;
}

/** Stands for all tenants that have no policy of their own. */
const ALL_OTHERS = '*';

/** The policies of the setting `retention`, such as `clinic-a=30` and `*=365`. */
export function parsePolicies(setting: readonly string[]): RetentionPolicies {
  const days = new Map(
    setting.map((text) => {
      const at = text.lastIndexOf('=');
      return [text.slice(0, at), Number(text.slice(at + 1))] as const;
    }),
  );
  return { daysFor: (tenant) => days.get(tenant) ?? days.get(ALL_OTHERS), isEmpty: days.size === 0 };
}
