import { keepTheirValues } from './keep-their-values.js';
import { kindsOfDoses, kindsOfFindings } from './phrases.js';

keepTheirValues([...kindsOfDoses, ...kindsOfFindings], { phrases: 60_000, everyCut: false, seed: 56 });
