import { clientMessages } from '@auscult/protocol';
import { hostileValues } from './shapes.js';

/** A frame that is made to cost the server much. */
export interface HostileMessage {
  /** Its type; `binary` for a frame of audio, `none` if it has no known type. */
  readonly type: string;
  /** What makes the message hostile. */
  readonly shape: string;
  readonly frame: string | Buffer;
  /** What is sent before it to set up the session. */
  readonly before?: string;
  /** Whether it is audio to recognise: work on it continues in parts after it was accepted. */
  readonly isHeard: boolean;
}

/** Hostile frames of up to `bytes` of every type that the protocol has. */
export function hostileMessages(bytes: number): readonly HostileMessage[] {
  const text = (type: string, shape: string, frame: string): HostileMessage => ({
    type,
    shape,
    frame,
    isHeard: false,
  });
  const values = Object.entries(hostileValues(bytes - 200));
  return [
    ...values.map(([shape, value]) => text('none', shape, value)),
    ...values.map(([shape, value]) => text('none', `type: ${shape}`, `{"type":${value}}`)),
    ...Object.entries(clientMessages).flatMap(([type, schema]) =>
      [...Object.keys(schema.shape), 'more']
        .filter((field) => field !== 'type')
        .flatMap((field) =>
          values.map(([shape, value]) =>
            text(type, `${field}: ${shape}`, `{"type":"${type}","${field}":${value}}`),
          ),
        ),
    ),
    ...keyTerms(bytes).map(([shape, terms]) =>
      text('configure', shape, `{"type":"configure","keyterms":${JSON.stringify(terms)}}`),
    ),
    ...heard(bytes),
  ];
}

/** Lists of terms that the protocol allows, and lists with one term that it does not. */
function keyTerms(bytes: number): readonly (readonly [string, readonly unknown[]])[] {
  const most = 5000;
  const said = Array.from({ length: most }, (_, number) => ({
    text: `zorblax ${number}`,
    weight: 2,
    soundsLike: Array.from({ length: 8 }, (_way, way) => `z ${number} ${way}`),
  }));
  const long = Array.from({ length: Math.min(most, Math.floor(bytes / 110)) }, (_, number) =>
    `${number} ${'é'.repeat(40)}`.padEnd(60, 'x'),
  );
  const marks = ['\u0300', '\u0301', '\u0302', '\u0303'];
  const marked = Array.from({ length: 4900 }, (_, number) =>
    Array.from(number.toString(4)).reduce(
      (text, digit) => text + (marks[Number(digit)] ?? ''),
      `a${'\u0323'.repeat(40)}`,
    ),
  );
  const fitting = (terms: readonly unknown[]) => {
    const share = (bytes - 100) / Buffer.byteLength(JSON.stringify(terms));
    return share >= 1 ? terms : terms.slice(0, Math.floor(terms.length * share * 0.95));
  };
  return [
    ['5,000 key terms', Array.from({ length: most }, (_, number) => `term${number}`)],
    ['5,000 key terms, each said in 8 ways', fitting(said)],
    ['long key terms', fitting(long)],
    ['4,900 key terms that differ in their marks', fitting(marked)],
    [
      '5,000 key terms of which the last is none',
      [...Array.from({ length: most - 1 }, (_, n) => `t${n}`), 7],
    ],
    ['5,000 key terms that are none', Array.from({ length: most }, () => ({ text: 1 }))],
    ['5,000 times the same', Array.from({ length: most }, () => 'metoprolol')],
    ['5,000 times blanks', Array.from({ length: most }, () => `a${' '.repeat(98)}b`)],
    ['many ways to say one', [{ text: 'a', soundsLike: Array.from({ length: bytes / 4 }, () => 0) }]],
  ];
}

/** Frames of audio of the largest size, at rates that are hard to resample. */
function heard(bytes: number): readonly HostileMessage[] {
  const layouts = [
    { sampleRate: 16_000, encoding: 's16le', channels: 1 },
    { sampleRate: 44_100, encoding: 's16le', channels: 2 },
    { sampleRate: 8_001, encoding: 's16le', channels: 1 },
    { sampleRate: 47_999, encoding: 'f32le', channels: 2 },
  ];
  const pcm = Buffer.alloc(bytes - (bytes % 8));
  const data = pcm.subarray(0, Math.floor(((bytes - 200) * 3) / 4 / 24) * 24).toString('base64');
  return layouts.flatMap((layout): HostileMessage[] => {
    const before = JSON.stringify({ type: 'configure', ...layout });
    const shape = `${layout.sampleRate} Hz, ${layout.encoding}, ${layout.channels} channels`;
    return [
      { type: 'binary', shape, frame: pcm, before, isHeard: true },
      { type: 'audio', shape, frame: JSON.stringify({ type: 'audio', data }), before, isHeard: true },
    ];
  });
}
