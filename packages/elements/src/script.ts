import { defineElements } from './define-elements.js';

// What a page loads by a script tag.
defineElements();

export * from './index.js';
