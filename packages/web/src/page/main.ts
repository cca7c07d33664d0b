import { showLanguage } from '../localize/language.js';
import { AuscultApp } from './elements/auscult-app.js';
import { storedSettings } from './settings/settings.js';

// Before anything is shown, so that nobody sees the page change its language.
await showLanguage(storedSettings(localStorage).language);
customElements.define('auscult-app', AuscultApp);
