import { MOST_SAMPLES, questions } from './messages.js';
import type { ServerLink } from './server-link.js';

/** Sends what was decoded of a live recording, several blocks together where they are decoded in a row. */
export interface SoundSender {
  /** Takes an array for each channel, equally long. Resolves at once, unless much is waiting. */
  add(sound: readonly Float32Array[]): Promise<void>;
  /** Resolves when everything was sent, and there is room for more. */
  give(): Promise<void>;
}

/** Sends one channel after the other. */
export function createSoundSender(link: ServerLink, channels: number): SoundSender {
  const most = MOST_SAMPLES / channels;
  let waiting: (readonly Float32Array[])[] = [];
  let length = 0;
  let isScheduled = false;
  let given: Promise<void> = Promise.resolve();

  async function send(sounds: readonly (readonly Float32Array[])[], samples: number): Promise<void> {
    const whole = Array.from({ length: channels }, (_, channel) => {
      const joined = new Float32Array(samples);
      let at = 0;
      for (const sound of sounds) {
        joined.set(sound[channel] ?? [], at);
        at += sound[channel]?.length ?? 0;
      }
      return joined;
    });
    for (let at = 0; at < samples; at += most) {
      const parts = whole.map((joined) => bytesOf(joined.subarray(at, at + most)));
      await link.ask(questions.sound, Buffer.concat(parts));
    }
  }

  function give(): Promise<void> {
    if (length > 0) {
      const [sounds, samples] = [waiting, length];
      waiting = [];
      length = 0;
      given = given.then(() => send(sounds, samples));
    }
    return given;
  }

  return {
    add: (sound) => {
      waiting.push(sound);
      length += sound[0]?.length ?? 0;
      if (length >= most) return give();
      // What else is decoded from the same bytes is decoded in the same turn.
      if (!isScheduled)
        setImmediate(() => {
          isScheduled = false;
          void give();
        });
      isScheduled = true;
      return Promise.resolve();
    },
    give,
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
