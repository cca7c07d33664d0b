import type { CommandMessages } from './en-commands.js';

export const de: CommandMessages = {
  fillIn: 'Auszufüllen',
  notFound: 'Vor der Schreibmarke nicht gefunden',
  unknown: 'Gibt es unter diesem Namen nicht',
  noOtherField: 'Es gibt kein anderes Feld.',
  nothingDictated: 'Nichts ist markiert, und hier wurde nichts diktiert.',
  changed: 'Nicht geändert, weil Sie es bearbeitet haben.',
  noRoom: 'Nicht eingefügt, weil das Feld keinen Text mehr annimmt.',
  noBold: 'In diesem Feld gibt es keine fette Schrift.',
  nothingToUndo: 'Nichts rückgängig zu machen.',
};
