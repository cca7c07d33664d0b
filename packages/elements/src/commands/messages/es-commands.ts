import type { CommandMessages } from './en-commands.js';

export const es: CommandMessages = {
  fillIn: 'Por rellenar',
  notFound: 'No se encuentra antes del cursor',
  unknown: 'No hay nada con este nombre',
  noOtherField: 'No hay otro campo.',
  nothingDictated: 'No hay nada seleccionado, y aquí no se ha dictado nada.',
  changed: 'Sin cambios, porque usted lo ha editado.',
  noRoom: 'No se ha insertado, porque el campo no admite más texto.',
  noBold: 'Este campo no tiene texto en negrita.',
  nothingToUndo: 'No hay nada que deshacer.',
};
