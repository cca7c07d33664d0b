import { keepTheirValues } from './keep-their-values.js';
import { kindsOfDoses, kindsOfFindings } from './phrases.js';

keepTheirValues([...kindsOfDoses, ...kindsOfFindings], { phrases: 20_000, everyCut: false, seed: 56 });
