import type { AudioPiece } from '@auscult/asr';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAudioAtMachine, type AudioAtMachine } from '../../src/cluster/inference/audio-at-machine.js';
import { createMachineAudio, type MachineAudio } from '../../src/cluster/inference/machine-audio.js';

const PROCESSES = 3;
const span = fc.record({ from: fc.nat(400), length: fc.integer({ min: 1, max: 200 }) });
const spans = fc.array(fc.record({ stream: fc.constantFrom('1', '2'), span }), { maxLength: 60 });

test('a process is given exactly the audio that it is sent, whatever others had before', () => {
  fc.assert(
    fc.property(spans, (sent) => {
      const [server, machine] = [createAudioAtMachine(), createMachineAudio(PROCESSES)];
      for (const { stream, span: wanted } of sent) {
        const piece = pieceOf(stream, wanted.from, wanted.from + wanted.length);
        const { given } = cross(server, machine, piece);
        if (given !== undefined) {
          expect(given).toEqual([...piece.samples]);
          continue;
        }
        // The machine has dropped it. The server is told, and sends all of it again.
        server.forget(stream);
        expect(cross(server, machine, piece)).toEqual({ given: [...piece.samples], crossed: wanted.length });
      }
    }),
  );
});

test('the audio of a stream whose jobs go from process to process crosses once', () => {
  const steps = fc.array(fc.record({ on: fc.nat(80), forth: fc.integer({ min: 1, max: 80 }) }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (jobs) => {
      const [server, machine] = [createAudioAtMachine(), createMachineAudio(PROCESSES)];
      let [from, to, crossed] = [0, 0, 0];
      for (const { on, forth } of jobs) {
        // The next utterance begins within what was heard.
        from = Math.min(from + on, to);
        to += forth;
        const one = cross(server, machine, pieceOf('1', from, to));
        expect(one.given).toHaveLength(to - from);
        crossed += one.crossed;
      }
      expect(crossed).toBe(to);
    }),
  );
});

test('a stream is forgotten at once, and all of a server', () => {
  const machine = createMachineAudio(1);
  for (const stream of ['1/7', '2/7', '2/8']) machine.keep(pieceOf(stream, 0, 10));
  machine.forget('2/8');
  machine.forgetAll((stream) => stream.startsWith('1/'));
  const has = (stream: string) => machine.read({ stream, from: 0, to: 10, neededFrom: 0 }) !== undefined;
  expect(['1/7', '2/7', '2/8'].map(has)).toEqual([false, true, false]);
});

/** Sends a piece from a server to a process. `crossed`: samples that were sent; `given`: undefined if some are missing. */
function cross(server: AudioAtMachine, machine: MachineAudio, piece: AudioPiece) {
  const { known, rest } = server.next(piece);
  const kept = known && machine.read(known);
  if (rest) machine.keep(rest);
  const crossed = rest?.samples.length ?? 0;
  if (known && !kept) return { given: undefined, crossed };
  return { given: [...(kept?.samples ?? []), ...(rest?.samples ?? [])], crossed };
}

/** Each sample tells where it belongs. */
function pieceOf(stream: string, from: number, to: number): AudioPiece {
  return {
    stream,
    from,
    samples: Int16Array.from({ length: to - from }, (_, at) => from + at),
    neededFrom: from,
  };
}
