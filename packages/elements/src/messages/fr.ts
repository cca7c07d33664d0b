import type { Messages } from './en.js';

export const fr: Messages = {
  start: 'Dicter',
  stop: 'Arrêter la dictée',
  microphone: 'Microphone',
  defaultMicrophone: 'Microphone par défaut',
  level: 'Niveau',
  idle: 'Prêt pour la dictée.',
  starting: 'Démarrage. Si le navigateur demande le microphone, autorisez-le.',
  listening: 'À l’écoute.',
  paused: 'En pause.',
  reconnecting: 'Le serveur ne répond pas. Ce que vous dites est conservé.',
  loggedOut: 'La session a expiré. Ce que vous dites est conservé jusqu’à votre connexion.',
  microphoneLost: 'Le microphone a disparu. Branchez-le, ou choisissez-en un autre.',
  stopping: 'Les derniers mots sont en cours d’écriture.',
  stopped: 'Arrêté.',
  failed: 'Dictée interrompue.',
  noField: 'Cliquez dans un champ, et parlez.',
  unwritten: 'Non écrit, car le champ n’acceptait plus de texte :',
  takenBack: 'Retiré.',
  keptWords: 'Non retiré, car vous l’avez modifié.',
  doubtful: 'Mots à vérifier',
  keep: 'Garder',
  noDoubt: 'Aucun mot à vérifier.',
  problems: {
    microphone_denied:
      'Le microphone ne peut pas être utilisé ici. Autorisez-le pour cette page dans le navigateur, puis recommencez.',
    microphone_missing:
      'Ce microphone n’existe pas. Branchez-en un ou choisissez-en un autre, puis recommencez.',
    microphone_busy:
      'Le microphone ne répond pas. Fermez les autres programmes qui l’utilisent, puis recommencez.',
    microphone_lost:
      'Le microphone a disparu. Rebranchez-le ou choisissez-en un autre ; ce qui a été dit est conservé.',
    microphones_unsupported:
      'Cette page ne peut pas utiliser de microphone. Ouvrez-la en https dans un navigateur récent.',
    connection_lost:
      'Le serveur ne répond pas. Ce que vous dites est conservé et envoyé dès qu’il répond ; vérifiez le réseau.',
    unauthorized:
      'Le serveur veut savoir qui vous êtes. Connectez-vous ; ce que vous dites est conservé en attendant.',
    busy: 'Le serveur n’a pas de place pour le moment. Ce que vous dites est conservé.',
    buffer_full:
      'Plus rien ne peut être conservé avant que le serveur ne réponde : le plus ancien est perdu. Vérifiez le réseau.',
  },
};
