import { keepTheirValues } from './keep-their-values.js';
import { kindsOfFindings } from './phrases.js';

keepTheirValues(kindsOfFindings);
