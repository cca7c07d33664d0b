export { defineElements } from './define-elements.js';
