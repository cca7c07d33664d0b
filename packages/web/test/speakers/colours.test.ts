import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../../src/page/page.css', import.meta.url), 'utf8');
const THEMES = ['light', 'dark'] as const;
const SPEAKERS = [0, 1, 2, 3].map((speaker) => `speaker-${speaker}`);
const GROUNDS = ['paper', 'raised', 'ground'];
/** WCAG 2.2 AA for text of any size. */
const LEAST_CONTRAST = 4.5;
/** In CIE Lab, colours this far apart are told apart at a glance. */
const LEAST_DISTANCE = 20;

/** What people see who lack one kind of cones, as matrices for linear RGB (Machado and others, 2009). */
const SIGHTS = {
  'normal sight': [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

describe.each(THEMES)('the colours of speakers in %s colours', (theme) => {
  test('have enough contrast to be read', () => {
    for (const ground of GROUNDS)
      for (const speaker of SPEAKERS)
        expect(
          contrast(colour(speaker, theme), colour(ground, theme)),
          `${speaker} on ${ground}`,
        ).toBeGreaterThan(LEAST_CONTRAST);
  });

  test.each(Object.entries(SIGHTS))('differ with %s', (_name, sight) => {
    for (const [index, one] of SPEAKERS.entries())
      for (const other of SPEAKERS.slice(index + 1))
        expect(
          distance(seen(colour(one, theme), sight), seen(colour(other, theme), sight)),
          `${one}, ${other}`,
        ).toBeGreaterThan(LEAST_DISTANCE);
  });
});

type Triple = readonly [number, number, number];

/** A colour of the page as linear RGB. */
function colour(name: string, theme: (typeof THEMES)[number]): Triple {
  const [, light = '', dark = ''] =
    new RegExp(`--${name}: light-dark\\(#(\\w{6}), #(\\w{6})\\)`).exec(css) ?? [];
  const hex = theme === 'light' ? light : dark;
  expect(hex).toHaveLength(6);
  return triple((place) => {
    const value = Number.parseInt(hex.slice(place * 2, place * 2 + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
}

function luminance([red, green, blue]: Triple): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: Triple, other: Triple): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function seen(rgb: Triple, sight: readonly number[]): Triple {
  return triple((row) => Math.min(1, Math.max(0, times(sight.slice(row * 3), rgb))));
}

function distance(one: Triple, other: Triple): number {
  const [a, b] = [lab(one), lab(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** CIE Lab, for daylight. */
function lab(rgb: Triple): Triple {
  const [x, y, z] = [
    times([0.4124, 0.3576, 0.1805], rgb) / 0.9505,
    luminance(rgb),
    times([0.0193, 0.1192, 0.9505], rgb) / 1.089,
  ].map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116)) as unknown as Triple;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function times([a = 0, b = 0, c = 0]: readonly number[], [red, green, blue]: Triple): number {
  return a * red + b * green + c * blue;
}

function triple(of: (place: number) => number): Triple {
  return [of(0), of(1), of(2)];
}
