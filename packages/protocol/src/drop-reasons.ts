const table = {
  faint: 'What sounded like speech was too short or too faint to be any.',
  inaudible: 'Somebody seemed to speak, but heard as a whole there was nothing to understand.',
  invented: 'The words were likelier made up from noise than spoken.',
  repetition: 'Recognition went in a circle: that is cut off, and what was said behind it is heard again.',
  endless: 'Recognition came to no end: that is cut off, and what was said behind it is heard again.',
  reheard: 'It was heard a second time, and what was heard first is not taken.',
  retracted: 'The speaker took it back, or it was nothing but a command.',
} as const;

/** The stable name of a reason for which words are not kept that were heard. */
export type DropReason = keyof typeof table;

/** The one table of such reasons: what each says, in one sentence. */
export const dropTable: Readonly<Record<DropReason, string>> = table;

/** All of them, in the order of the table. */
export const dropReasons = Object.keys(table) as readonly DropReason[];
