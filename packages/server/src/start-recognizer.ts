import type { StartRecognizer } from './app.js';

export const startRecognizer: StartRecognizer = () => Promise.reject(new Error('unavailable'));
