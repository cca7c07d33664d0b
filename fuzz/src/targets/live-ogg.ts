import { liveTarget } from './live.js';

export const target = liveTarget('Ogg');
