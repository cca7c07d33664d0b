import { bombs } from '../src/bombs/bombs.js';
import { testBombs } from './bombs.js';

testBombs(bombs);
