import { testWordsOfDeepgram } from './deepgram-words.js';

testWordsOfDeepgram({ histories: 40, midWord: 1 });
