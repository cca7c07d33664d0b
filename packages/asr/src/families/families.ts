import { families } from './list.js';
import type { ModelFamily } from './model-family.js';

/** The family of that name. Throws a `RangeError` for a name that no resolved model has. */
export function familyOf({ family: name }: { readonly family: string }): ModelFamily {
  const found = families.find((family) => family.name === name);
  if (!found) throw new RangeError(`there is no family ${name}`);
  return found;
}
