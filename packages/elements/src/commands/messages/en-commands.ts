/** What is said of voice commands, in English. Other languages are typed by it. */
export const en = {
  /** Before the name of a field of a template, and what it may be. */
  fillIn: 'To fill in',
  /** Before words that were looked for. */
  notFound: 'Not found before the cursor',
  unknown: 'There is none of this name',
  noOtherField: 'There is no other field.',
  nothingDictated: 'Nothing is selected, and nothing was dictated here.',
  changed: 'Not changed, since you have edited it.',
  noRoom: 'Not inserted, since the field takes no more text.',
  noBold: 'This field has no bold text.',
  nothingToUndo: 'Nothing to undo.',
};

/** One text for each of the English ones. */
export type CommandMessages = Readonly<Record<keyof typeof en, string>>;
