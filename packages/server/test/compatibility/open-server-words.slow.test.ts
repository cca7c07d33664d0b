import { testWordsOfVosk, testWordsOfWhisperLive } from './open-server-words.js';

testWordsOfVosk({ histories: 60, midWord: 1 });
testWordsOfWhisperLive({ histories: 60, midWord: 1 });
