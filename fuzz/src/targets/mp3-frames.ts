import { framingTarget } from './framing.js';

export const target = framingTarget('mp3');
