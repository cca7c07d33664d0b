import { framingTarget } from './framing.js';

export const target = framingTarget('flac');
