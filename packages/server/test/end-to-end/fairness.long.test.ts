import { testFairness } from './fairness.js';

testFairness(16);
