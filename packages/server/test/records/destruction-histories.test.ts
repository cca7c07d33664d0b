import { testHistories } from './destruction-histories.js';

testHistories({ histories: 8, historiesOnPostgres: 0, worldsAtATime: 2 });
