import type { CommandMessages } from './en-commands.js';

export const fr: CommandMessages = {
  fillIn: 'À remplir',
  notFound: 'Introuvable avant le curseur',
  unknown: 'Rien ne porte ce nom',
  noOtherField: 'Il n’y a pas d’autre champ.',
  nothingDictated: 'Rien n’est sélectionné, et rien n’a été dicté ici.',
  changed: 'Inchangé, car vous l’avez modifié.',
  noRoom: 'Non inséré, car le champ n’accepte plus de texte.',
  noBold: 'Ce champ n’a pas de texte en gras.',
  nothingToUndo: 'Rien à annuler.',
};
