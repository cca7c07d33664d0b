import { msg } from '@lit/localize';
import type { Section } from '../access/sections.js';

/** What a part of the console is called. */
export function nameOf(section: Section): string {
  switch (section) {
    case 'sessions':
      return msg('Sessions');
    case 'live':
      return msg('Live now');
    case 'audit':
      return msg('Audit log');
    case 'people':
      return msg('People');
    case 'keys':
      return msg('API keys');
    case 'retention':
      return msg('Retention');
    case 'terms':
      return msg('Key terms');
    case 'health':
      return msg('Health');
  }
}
