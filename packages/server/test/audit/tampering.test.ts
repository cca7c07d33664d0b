import { testTampering } from './tampering.js';

testTampering(300);
