import { layOut } from '../../../packages/asr/dist/audio/containers/lay-out.js';
import { bytesInOrder } from '../../../packages/asr/dist/audio/containers/mp4-in-order.js';
import { recordingKind } from '../../../packages/asr/dist/audio/containers/recording-kind.js';
import { tracesOf } from '../../../packages/asr/dist/audio/containers/traces.js';
import { mustHold, usualTime, type FuzzTarget } from '../target.js';
import { storedRecording } from './recording.js';

/** The structure of recordings that ffmpeg decodes: boxes of MP4, elements of EBML, chunks of AVI, AIFF and CAF. */
export const target: FuzzTarget = {
  longest: 16_384,
  allowed: usualTime,
  prepare: () => async (input) => {
    const file = { ...storedRecording(input), path: undefined };
    const { parts, damage = '' } = await layOut(file);
    let end = 0;
    for (const part of parts) {
      mustHold(part.start === end && part.end > part.start, 'parts are contiguous');
      end = part.end;
    }
    mustHold(
      end === input.length || damage.startsWith('is made of more than'),
      'every byte belongs to a part, unless too many parts are reported',
    );
    await tracesOf(file);
    recordingKind(input);
    let bytes = 0;
    for await (const piece of await bytesInOrder({ type: 'stored', file })) bytes += piece.length;
    mustHold(bytes === input.length, 'a moved index is complete');
  },
};
