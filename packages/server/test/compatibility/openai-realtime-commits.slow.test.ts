import { testCommits } from './openai-realtime-commits.js';

testCommits({ histories: 40, midWord: 1 });
