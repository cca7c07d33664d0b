/** What a voice command does in the fields of a page. */
export type CommandName =
  | 'insert-template'
  | 'next-field'
  | 'previous-field'
  | 'go-to-section'
  | 'select-words'
  | 'delete-that'
  | 'bold-that'
  | 'undo-that';

type Phrases = Readonly<Record<CommandName, string>>;

/** What is said for each command in the language of the speech, English if there are no phrases in it. */
export function phrasesIn(language: string): Phrases {
  return PHRASES[language.slice(0, 2).toLowerCase()] ?? en;
}

const en: Phrases = {
  'insert-template': 'insert {template}',
  'next-field': 'next field',
  'previous-field': 'previous field',
  'go-to-section': 'go to {section}',
  'select-words': 'select {words}',
  'delete-that': 'delete that',
  'bold-that': 'bold that',
  'undo-that': 'undo that',
};

const PHRASES: Readonly<Record<string, Phrases>> = {
  de: {
    'insert-template': '{template} einfügen',
    'next-field': 'nächstes Feld',
    'previous-field': 'vorheriges Feld',
    'go-to-section': 'gehe zu {section}',
    'select-words': 'markiere {words}',
    'delete-that': 'lösche das',
    'bold-that': 'das fett schreiben',
    'undo-that': 'das rückgängig machen',
  },
  fr: {
    'insert-template': 'insérer {template}',
    'next-field': 'champ suivant',
    'previous-field': 'champ précédent',
    'go-to-section': 'aller à {section}',
    'select-words': 'sélectionner {words}',
    'delete-that': 'supprimer cela',
    'bold-that': 'mettre cela en gras',
    'undo-that': 'annuler cela',
  },
  es: {
    'insert-template': 'insertar {template}',
    'next-field': 'campo siguiente',
    'previous-field': 'campo anterior',
    'go-to-section': 'ir a {section}',
    'select-words': 'seleccionar {words}',
    'delete-that': 'borrar eso',
    'bold-that': 'poner eso en negrita',
    'undo-that': 'deshacer eso',
  },
};
