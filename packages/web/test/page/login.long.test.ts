import { testLoginStates } from './login-states.js';

testLoginStates('light');
