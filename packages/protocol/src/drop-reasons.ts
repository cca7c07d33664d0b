const table = {
  faint: 'What sounded like speech was too short or too faint to be speech.',
  inaudible: 'Somebody seemed to speak, but as a whole there was nothing to understand.',
  invented: 'The words were more likely invented from noise than spoken.',
  repetition: 'Recognition got into a loop: that is cut off, and what was said after it is heard again.',
  endless: 'Recognition did not come to an end: that is cut off, and what was said after it is heard again.',
  reheard: 'It was heard a second time, and the first result was discarded.',
  unconfirmed: 'Words that were shown provisionally were listened for again, and were not heard.',
  retracted: 'The speaker took it back, or it was only a command.',
} as const;

/** The stable name of a reason why words that were heard are not kept. */
export type DropReason = keyof typeof table;

/** The one table of such reasons: what each says, in one sentence. */
export const dropTable: Readonly<Record<DropReason, string>> = table;

/** All of them, in the order of the table. */
export const dropReasons = Object.keys(table) as readonly DropReason[];
