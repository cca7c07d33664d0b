import { showLanguage } from '../localize/language.js';
import { storedSettings } from '../page/settings/settings.js';
import { AuscultConsole } from './elements/auscult-console.js';

// Before anything is shown, so that nobody sees the console change its language.
await showLanguage(storedSettings(localStorage).language);
customElements.define('auscult-console', AuscultConsole);
