import { loadSpeech } from '../support/speech.js';
import { stereoWave } from '../support/wave.js';

/** Recordings of two channels: a microphone each, a stereo microphone, and a microphone beside a line without one. */
export async function stereoRecordings() {
  const clips = await Promise.all(
    ['librispeech/367-130732-0001', 'librispeech/2609-156975-0005'].map((id) => loadSpeech(id)),
  );
  const [doctor = new Uint8Array(), patient = doctor] = clips.map(({ pcm }) => pcm);
  return {
    apart: stereoWave(doctor, patient),
    alike: stereoWave(doctor, doctor),
    single: stereoWave(doctor, new Uint8Array(doctor.length)),
  };
}
