import { z } from 'zod';
import { ONE_LINE } from '../http/identity-fields.js';

const speakerName = z.string().max(40).regex(ONE_LINE);

/**
 * What somebody has chosen for the page and wants everywhere. What belongs to one device, such as its microphone, and what
 * decides what is kept there are not among it.
 */
export const pageSettings = z.strictObject({
  language: z
    .enum(['browser', 'en', 'de', 'fr', 'es'])
    .optional()
    .meta({ description: 'Of the page; `browser` follows the languages that the browser asks for.' }),
  theme: z.enum(['system', 'light', 'dark']).optional(),
  echoCancellation: z.boolean().optional(),
  noiseSuppression: z.boolean().optional(),
  autoGainControl: z.boolean().optional(),
  speakers: z
    .enum(['off', '1', '2', '3', '4', 'auto'])
    .optional()
    .meta({ description: 'How many are told apart at one microphone.' }),
  firstName: speakerName.optional(),
  secondName: speakerName.optional(),
  writtenForm: z.boolean().optional(),
  dictationCommands: z.boolean().optional(),
  showSpoken: z.boolean().optional(),
  markUnsure: z.boolean().optional(),
});

/** The settings of somebody; what they have not chosen is absent. */
export type PageSettings = z.output<typeof pageSettings>;

/** Settings from their stored form; what this version does not know is left out. */
export function readPageSettings(stored: unknown): PageSettings {
  return pageSettings.strip().parse(stored);
}
