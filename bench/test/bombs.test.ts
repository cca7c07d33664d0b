import { bombs } from '../src/bombs/bombs.js';
import { testBombs } from './bombs.js';

const isFirstOfItsContainer = ({ container }: { readonly container: string }, index: number): boolean =>
  bombs.findIndex((one) => one.container === container) === index;

testBombs(bombs.filter(isFirstOfItsContainer));
