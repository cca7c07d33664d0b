import { testWordsOfDeepgram } from './deepgram-words.js';

testWordsOfDeepgram({ histories: 1_000, midWord: 200 });
