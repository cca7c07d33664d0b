import './elements/auscult-console.js';
