/** A synthetic voice that is available from a package registry, weights included. */
export interface Voice {
  readonly name: string;
  /** `flite` runs in Node, the others in Python. */
  readonly engine: 'flite' | 'hibari' | 'piper';
  /** Accent and kind of voice. */
  readonly description: string;
  readonly license: string;
}

/** All voices, most intelligible first. */
export const VOICES: readonly Voice[] = [
  {
    name: 'heart',
    engine: 'hibari',
    description: 'American woman (hibari-tts, distilled from Kokoro)',
    license: 'Apache-2.0',
  },
  {
    name: 'joe',
    engine: 'piper',
    description: 'American man (Piper en_US-joe-medium)',
    license: 'CC0',
  },
  {
    name: 'rms',
    engine: 'flite',
    description: 'American man (Flite, CMU Arctic rms)',
    license: 'BSD-like, Carnegie Mellon University',
  },
  {
    name: 'awb',
    engine: 'flite',
    description: 'Scottish man (Flite, CMU Arctic awb)',
    license: 'BSD-like, Carnegie Mellon University',
  },
];
