import { testKills } from './kills.js';

testKills(3);
