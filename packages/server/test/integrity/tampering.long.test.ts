import { testTampering } from './tampering.js';

testTampering(2_000);
