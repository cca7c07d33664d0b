import { describe, expect, it, test } from 'vitest';
import { calibrationOf, expectedError, type Judged } from '../../src/measure/calibration.js';
import {
  crossValidate,
  fitConfidenceMap,
  MAP_KINDS,
  mapConfidence,
  type ConfidenceMap,
} from '../../src/measure/confidence-map.js';

/** `count` claims of one confidence, of which a share is right. */
function claims(confidence: number, share: number, count = 100): Judged[] {
  return Array.from({ length: count }, (_, index) => ({ confidence, right: index < share * count }));
}

describe('calibrationOf', () => {
  it('finds no error where confidences equal the share of right claims', () => {
    const calibration = calibrationOf([...claims(0.25, 0.25), ...claims(0.75, 0.75), ...claims(1, 1)]);
    expect(calibration).toMatchObject({ count: 300, ece10: 0, ece15: 0 });
    expect(calibration?.meanConfidence).toBeCloseTo(2 / 3);
  });

  it('weighs the error of each bin by its number of claims', () => {
    const calibration = calibrationOf([...claims(0.95, 0.75, 300), ...claims(0.55, 0.55)]);
    expect(calibration?.ece10).toBeCloseTo(0.15);
    expect(calibration?.bins).toMatchObject([
      { from: 0.5, to: 0.6, count: 100 },
      { from: 0.9, to: 1, count: 300 },
    ]);
  });

  it('gives nothing without claims', () => {
    expect(calibrationOf([])).toBeUndefined();
  });
});

describe('a confidence map', () => {
  const tooSure = [...claims(0.6, 0.5, 400), ...claims(0.9, 0.7, 400), ...claims(0.99, 0.9, 400)];

  test.each(MAP_KINDS)('that is %s at least halves the error on other claims', (kind) => {
    const groups = Array.from({ length: 10 }, (_, group) =>
      tooSure.filter((_, index) => index % 10 === group),
    );
    const mapped = crossValidate(kind, groups, 5);
    expect(mapped).toHaveLength(tooSure.length);
    expect(expectedError(mapped, 10)).toBeLessThan(expectedError(tooSure, 10) / 2);
  });

  test.each(MAP_KINDS)('that is %s keeps the order of confidences, and stays between 0 and 1', (kind) => {
    const map = fitConfidenceMap(kind, tooSure);
    const mapped = [0, 0.1, 0.5, 0.6, 0.7, 0.9, 0.95, 0.99, 1].map((value) => mapConfidence(map, value));
    expect([...mapped].sort((a, b) => a - b)).toEqual(mapped);
    expect(Math.min(...mapped)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...mapped)).toBeLessThanOrEqual(1);
  });

  it('interpolates linearly between its points', () => {
    const map: ConfidenceMap = {
      kind: 'isotonic',
      points: [
        [0.5, 0.2],
        [0.9, 0.8],
      ],
    };
    expect(mapConfidence(map, 0.7)).toBeCloseTo(0.5);
    expect(mapConfidence(map, 0.1)).toBe(0.2);
    expect(mapConfidence(map, 1)).toBe(0.8);
  });

  it('pools confidences that would decrease', () => {
    const map = fitConfidenceMap('isotonic', [...claims(0.3, 0.6, 20), ...claims(0.6, 0.2, 20)]);
    expect(mapConfidence(map, 0.3)).toBeCloseTo(0.4);
    expect(mapConfidence(map, 0.6)).toBeCloseTo(0.4);
  });
});
