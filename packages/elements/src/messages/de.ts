import type { Messages } from './en.js';

export const de: Messages = {
  start: 'Diktieren',
  stop: 'Diktat beenden',
  microphone: 'Mikrofon',
  defaultMicrophone: 'Standardmikrofon',
  level: 'Pegel',
  idle: 'Bereit zum Diktieren.',
  starting: 'Start. Falls der Browser nach dem Mikrofon fragt, erlauben Sie es.',
  listening: 'Es wird zugehört.',
  paused: 'Angehalten.',
  reconnecting: 'Der Server ist nicht erreichbar. Was Sie sagen, wird aufbewahrt.',
  loggedOut: 'Die Anmeldung ist abgelaufen. Was Sie sagen, wird bis zur Anmeldung aufbewahrt.',
  microphoneLost: 'Das Mikrofon ist weg. Stecken Sie es ein, oder wählen Sie ein anderes.',
  stopping: 'Die letzten Wörter werden geschrieben.',
  stopped: 'Beendet.',
  failed: 'Es wird nicht diktiert.',
  noField: 'Klicken Sie in ein Feld, und sprechen Sie.',
  unwritten: 'Nicht geschrieben, weil das Feld keinen Text mehr annahm:',
  takenBack: 'Zurückgenommen.',
  keptWords: 'Nicht zurückgenommen, weil Sie es geändert haben.',
  doubtful: 'Zu prüfende Wörter',
  keep: 'So lassen',
  noDoubt: 'Keine Wörter zu prüfen.',
  problems: {
    microphone_denied:
      'Das Mikrofon darf hier nicht benutzt werden. Erlauben Sie es für diese Seite im Browser, und beginnen Sie neu.',
    microphone_missing:
      'Dieses Mikrofon gibt es nicht. Stecken Sie eins ein, oder wählen Sie ein anderes, und beginnen Sie neu.',
    microphone_busy:
      'Das Mikrofon antwortet nicht. Schließen Sie andere Programme, die es benutzen, und beginnen Sie neu.',
    microphone_lost:
      'Das Mikrofon ist weg. Stecken Sie es wieder ein, oder wählen Sie ein anderes; bisher Gesagtes bleibt erhalten.',
    microphones_unsupported:
      'Diese Seite kann kein Mikrofon benutzen. Öffnen Sie sie über https und in einem aktuellen Browser.',
    connection_lost:
      'Der Server ist nicht erreichbar. Was Sie sagen, wird aufbewahrt und gesendet, sobald er antwortet; prüfen Sie das Netz.',
    unauthorized:
      'Der Server will wissen, wer Sie sind. Melden Sie sich an; was Sie inzwischen sagen, wird aufbewahrt.',
    busy: 'Der Server hat gerade keinen Platz. Was Sie sagen, wird aufbewahrt.',
    buffer_full:
      'Es kann nichts mehr aufbewahrt werden, bis der Server antwortet: Das Älteste geht verloren. Prüfen Sie das Netz.',
  },
};
