import { parse } from 'node:querystring';
import { sentTerms } from '../../../packages/server/dist/compatibility/key-terms.js';
import {
  parametersOfQuery,
  readParameters,
} from '../../../packages/server/dist/compatibility/read-parameters.js';
import { recordingParameters } from '../../../packages/server/dist/http/deepgram/parameters.js';
import { mustHold, unlessRefused, usualTime, type FuzzTarget } from '../target.js';

/** Queries with which clients of Deepgram send recordings. */
export const target: FuzzTarget = {
  longest: 8_192,
  allowed: usualTime,
  prepare: () => (input) => {
    unlessRefused(['RequestError'], () => {
      const query = parametersOfQuery(parse(input.toString()));
      const { wishes, warnings } = readParameters(recordingParameters, query);
      const { keyterms = [], keywords = [], sampleRate = 8_000, channels = 1 } = wishes;
      mustHold(
        sentTerms('keyterm', [...keyterms, ...keywords]).count <= 5_000,
        'there are at most 5,000 terms',
      );
      mustHold(sampleRate >= 8_000 && sampleRate <= 48_000, 'the sample rate is within its bounds');
      mustHold(channels === 1 || channels === 2, 'there are one or two channels');
      mustHold(warnings.length <= 100, 'there are not more warnings than parameters');
    });
  },
};
