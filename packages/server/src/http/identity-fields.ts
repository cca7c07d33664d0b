import { z } from 'zod';

/** Name of a person, a key or a group: text on one line. */
export const personName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u);

/** Groups that somebody belongs to. */
export const groupNames = z
  .array(personName)
  .max(100)
  .default(() => [])
  .meta({ description: 'What they make belongs to these, and a supervisor reads what does.' });
