import { testWordsOfVosk, testWordsOfWhisperLive } from './open-server-words.js';

testWordsOfVosk({ histories: 1_000, midWord: 200 });
testWordsOfWhisperLive({ histories: 1_000, midWord: 200 });
