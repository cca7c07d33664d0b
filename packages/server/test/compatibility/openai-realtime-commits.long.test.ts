import { testCommits } from './openai-realtime-commits.js';

testCommits({ histories: 600, midWord: 200 });
