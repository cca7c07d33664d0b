import { liveTarget } from './live.js';

export const target = liveTarget('WebM or Matroska');
