import { mustHold, usualTime, type FuzzTarget } from '../target.js';
import { headerValue, openCredentials } from './shown-credentials.js';

/** `Authorization` headers. `KEY` stands for the API key that is right. */
export const target: FuzzTarget = {
  longest: 2_048,
  allowed: usualTime,
  share: 0.2,
  prepare: async () => {
    const { apiKey, letsIn } = await openCredentials();
    const right = new RegExp(`^Bearer +${apiKey} *$`, 'iu');
    return async (input) => {
      const authorization = headerValue(input).replaceAll('KEY', apiKey);
      const isRight = right.test(authorization) && authorization.includes(apiKey);
      mustHold(
        (await letsIn({ authorization }, 'http')) === isRight,
        'the key is accepted, and nothing else',
      );
    };
  },
};
