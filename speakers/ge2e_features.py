"""What GE2E hears, as Resemblyzer computes it: 40 mel powers, 25 ms of sound every 10 ms, at -30 dBFS."""
import numpy as np

RATE = 16_000
FRAME = 400
STEP = 160
FRAMES = 160
MELS = 40
LOUDNESS = 10 ** (-30 / 20)


def mel_powers(audio):
    """[160, 40] of up to 1.6 s of sound within ±1 at 16 kHz; a shorter window has silence after it."""
    gain = np.clip(LOUDNESS / np.sqrt(np.mean(audio**2) + 1e-9), 1, 50)
    length = STEP * FRAMES
    audio = np.pad(audio[:length] * gain, (0, max(0, length - len(audio))))
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(audio, FRAME // 2), FRAME)[::STEP][:FRAMES]
    powers = np.abs(np.fft.rfft(frames * HANN)) ** 2
    return (powers @ MEL_WEIGHTS.T).astype(np.float32)


HANN = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)


def _mel_weights():
    """Triangles of equal area, evenly spaced on Slaney's scale: linear up to 1 kHz, logarithmic above."""
    mels = np.linspace(0, 15 + np.log(8) / LOG_STEP, MELS + 2)
    edges = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp(LOG_STEP * (mels - 15)))
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    frequencies = np.arange(FRAME // 2 + 1) * RATE / FRAME
    rising, falling = (frequencies - left) / (centre - left), (right - frequencies) / (right - centre)
    return np.maximum(0, np.minimum(rising, falling)) * 2 / (right - left)


LOG_STEP = np.log(6.4) / 27
MEL_WEIGHTS = _mel_weights()
