import type { Messages } from './en.js';

export const es: Messages = {
  start: 'Dictar',
  stop: 'Terminar el dictado',
  microphone: 'Micrófono',
  defaultMicrophone: 'Micrófono predeterminado',
  level: 'Nivel',
  idle: 'Listo para dictar.',
  starting: 'Iniciando. Si el navegador pregunta por el micrófono, permítalo.',
  listening: 'Escuchando.',
  paused: 'En pausa.',
  reconnecting: 'No se puede acceder al servidor. Lo que diga se conserva.',
  loggedOut: 'La sesión ha caducado. Lo que diga se conserva hasta que inicie sesión.',
  microphoneLost: 'El micrófono ha desaparecido. Conéctelo o elija otro.',
  stopping: 'Se están escribiendo las últimas palabras.',
  stopped: 'Terminado.',
  failed: 'No se está dictando.',
  noField: 'Haga clic en un campo y hable.',
  unwritten: 'No se ha escrito, porque el campo no admitía más texto:',
  takenBack: 'Retirado.',
  keptWords: 'No se ha retirado, porque usted lo ha cambiado.',
  doubtful: 'Palabras por revisar',
  keep: 'Dejar así',
  noDoubt: 'No hay palabras por revisar.',
  problems: {
    microphone_denied:
      'Aquí no se puede usar el micrófono. Permítalo para esta página en el navegador y vuelva a empezar.',
    microphone_missing: 'No existe ese micrófono. Conecte uno o elija otro y vuelva a empezar.',
    microphone_busy: 'El micrófono no responde. Cierre otros programas que lo usen y vuelva a empezar.',
    microphone_lost:
      'El micrófono ha desaparecido. Vuelva a conectarlo o elija otro; lo dicho hasta ahora se conserva.',
    microphones_unsupported: 'Esta página no puede usar micrófonos. Ábrala por https en un navegador actual.',
    connection_lost:
      'No se puede acceder al servidor. Lo que diga se conserva y se envía en cuanto responda; compruebe la red.',
    unauthorized:
      'El servidor quiere saber quién es usted. Inicie sesión; lo que diga se conserva mientras tanto.',
    busy: 'El servidor no tiene sitio en este momento. Lo que diga se conserva.',
    buffer_full:
      'No se puede conservar nada más hasta que el servidor responda: lo más antiguo se pierde. Compruebe la red.',
  },
};
