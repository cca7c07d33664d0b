import { loginCookieName } from '../../../packages/server/dist/access/logins.js';
import { mustHold, usualTime, type FuzzTarget } from '../target.js';
import { headerValue, openCredentials } from './shown-credentials.js';

/** `Cookie` headers. `LOGIN` stands for the value of a valid login cookie. */
export const target: FuzzTarget = {
  longest: 4_096,
  allowed: usualTime,
  share: 0.2,
  prepare: async () => {
    const { cookie: login, letsIn } = await openCredentials();
    return async (input) => {
      const cookie = headerValue(input).replaceAll('LOGIN', login);
      for (const protocol of ['http', 'https'] as const) {
        const name = loginCookieName(protocol);
        const isLetIn = await letsIn({ cookie }, protocol);
        mustHold(!isLetIn || holds(cookie, name, login), 'only a valid login cookie is accepted');
        if (isAlone(cookie, name, login)) mustHold(isLetIn, 'a valid login cookie is accepted');
      }
    };
  },
};

/** Whether a `Cookie` header (RFC 6265, section 5.4) contains this name and value, percent-encoded or not. */
function holds(cookie: string, name: string, value: string): boolean {
  return cookie.split(';').some((pair) => {
    const [key = '', ...rest] = pair.split('=');
    return key.trim() === name && unescaped(rest.join('=')).trim() === value;
  });
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isAlone(cookie: string, name: string, value: string): boolean {
  return cookie === `${name}=${value}`;
}
