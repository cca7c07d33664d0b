import { once } from 'node:events';
import { setTimeout as elapsed } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createTally, inLanes, type Attack, type Tally, type Victim } from './attack.js';

/** Bytes buffered in the attacker at which it pauses sending. */
const MOST_WAITING = 4_000_000;

/** Sends messages on a few sessions as fast as they are accepted, and counts errors by code. */
function messages(
  sessions: number,
  next: (turn: number, victim: Victim) => string | Buffer,
  pauseMs: number,
): Attack {
  return async (victim) => {
    const tally = createTally();
    let turn = 0;
    await inLanes(sessions, victim.goesOn, async () => {
      const socket = await openSession(victim, tally);
      while (victim.goesOn() && socket.readyState === WebSocket.OPEN) {
        if (socket.bufferedAmount < MOST_WAITING) {
          socket.send(next(turn++, victim));
          tally.add('sent');
        }
        await elapsed(pauseMs);
      }
      socket.terminate();
      if (victim.goesOn()) await elapsed(100);
    });
    return tally.account();
  };
}

async function openSession(victim: Victim, tally: Tally): Promise<WebSocket> {
  const socket = new WebSocket(victim.url, 'auscult.v1', {
    headers: { authorization: `Bearer ${victim.key}` },
  });
  socket.on('error', () => undefined);
  socket.on('message', (raw: Buffer) => {
    const { type, code } = JSON.parse(raw.toString()) as { readonly type: string; readonly code?: string };
    if (type === 'error') tally.add(code ?? 'error');
  });
  await Promise.race([once(socket, 'open'), once(socket, 'close')]);
  return socket;
}

const manyTerms = JSON.stringify({
  type: 'configure',
  keyterms: Array.from({ length: 4500 }, (_, index) => ({
    text: `zorblax${String(index)} quinto${String(index * 7)}`,
    weight: 2,
    soundsLike: [`zor blax ${String(index)}`, `zorb lax ${String(index)}`],
  })),
});

/**
 * As many key terms as fit, set again and again, different ones each time, so that no list is already known.
 */
export const largeConfigure = messages(
  4,
  (turn) => manyTerms.replaceAll('zorblax', `zorblax${String(turn % 10)}`),
  5,
);

const deep = [
  '['.repeat(500_000),
  `{"type":"configure","keyterms":${'['.repeat(250_000)}${']'.repeat(250_000)}}`,
  `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
  `{"type":"configure","endpointing":${'{"a":'.repeat(80_000)}1${'}'.repeat(80_000)}}`,
];

/** Half a megabyte of brackets. */
export const deepNesting = messages(2, (turn) => deep[turn % deep.length] ?? '', 20);

/** Messages of one sample each, as many as possible. */
export const tinyFrames = messages(2, () => Buffer.alloc(2), 0);

/** Sessions that nobody but their owner may resume. */
export const resumeHijack: Attack = async (victim) => {
  const tally = createTally();
  const resume = JSON.stringify({
    type: 'resume',
    sessionId: '0197a1f0-6c1e-7c50-9d53-5a3b7f4f2c11',
    token: 'A'.repeat(43),
    next: [0],
  });
  await inLanes(8, victim.goesOn, async () => {
    const socket = await openSession({ ...victim, url: `${victim.url}?resume` }, tally);
    if (socket.readyState === WebSocket.OPEN) {
      socket.send(resume);
      await Promise.race([once(socket, 'close'), elapsed(5000)]);
    }
    socket.terminate();
    await elapsed(20);
  });
  return tally.account();
};

/** Sessions that speak twenty times as fast as a person. */
export const fastSessions: Attack = async (victim) => {
  const tally = createTally();
  const twoSeconds = victim.speech.subarray(0, 64_000);
  await inLanes(50, victim.goesOn, async () => {
    const socket = await openSession(victim, tally);
    while (victim.goesOn() && socket.readyState === WebSocket.OPEN) {
      if (socket.bufferedAmount < twoSeconds.length * 4) socket.send(twoSeconds);
      await elapsed(100);
    }
    socket.terminate();
    await elapsed(500);
  });
  return tally.account();
};

const VALID = [
  '{"type":"configure"}',
  '{"type":"configure","sampleRate":48000,"encoding":"f32le","channels":2,"endpointing":{"silenceMs":300}}',
  '{"type":"audio","data":"AAABAAIAAwA=","sampleRate":16000}',
  '{"type":"finalize"}',
  '{"type":"keepalive"}',
  '{"type":"stop"}',
];

/** Messages with flipped bytes, on ten sessions. */
export const fuzzed = messages(
  10,
  (turn) => {
    const bytes = Buffer.from(VALID[turn % VALID.length] ?? '');
    // Any numbers will do; they need not be reproducible.
    for (let flips = turn % 4; flips > 0; flips--)
      bytes[Math.floor(Math.random() * bytes.length)] = 32 + (turn % 90);
    return turn % 7 === 0 ? bytes : bytes.toString('latin1');
  },
  1,
);
