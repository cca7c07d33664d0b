import { keepTheirValues } from './keep-their-values.js';
import { kindsOfDoses, kindsOfFindings } from './phrases.js';

const seed = Date.now() % 2 ** 31;
console.info(`Phrases are drawn from AUSCULT_TEST_SEED=${String(seed)}.`);

keepTheirValues([...kindsOfDoses, ...kindsOfFindings], { phrases: 200_000, everyCut: true, seed });
