import { EBML_HEADER_BYTES, parseEbmlElement } from '../../../packages/asr/dist/audio/containers/ebml.js';
import { parseMp4Box } from '../../../packages/asr/dist/audio/containers/mp4-box.js';
import { mustHold, usualTime, type FuzzTarget } from '../target.js';

/** Headers of elements of EBML and of boxes of MP4, at each place. */
export const target: FuzzTarget = {
  longest: 256,
  allowed: usualTime,
  prepare: () => (input) => {
    for (let at = 0; at < input.length; at++) {
      const element = parseEbmlElement(input.subarray(at));
      if (element !== undefined) {
        mustHold(
          element.headerBytes > 1 && element.headerBytes <= EBML_HEADER_BYTES,
          'a header keeps the limit of its length',
        );
        mustHold((element.bodyBytes ?? 0) >= 0, 'the length of a body is not negative');
      }
      const box = parseMp4Box(input.subarray(at), at, input.length);
      if (box !== undefined)
        mustHold(
          box.end > at && box.end <= input.length && box.headerBytes <= box.end - at,
          'a box ends within its file',
        );
    }
  },
};
