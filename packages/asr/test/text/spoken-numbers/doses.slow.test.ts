import { keepTheirValues } from './keep-their-values.js';
import { kindsOfDoses } from './phrases.js';

keepTheirValues(kindsOfDoses);
