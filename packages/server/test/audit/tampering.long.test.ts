import { testTampering } from './tampering.js';

testTampering(5_000);
