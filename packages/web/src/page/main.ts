import './elements/auscult-app.js';
