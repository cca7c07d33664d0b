import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { FinalDetail, RemovedDetail } from '../../src/index.js';
import { readField, selectInField } from '../support/edited-field.js';
import { sayFinal, sayPartial } from '../support/scripted-dictation.js';
import { createFieldModel, type FieldModel } from './field-model.js';

/** What a person or a transcriber does. */
type Step =
  | { readonly kind: 'type'; readonly text: string }
  | { readonly kind: 'backspace' | 'delete' | 'undo' | 'redo' | 'partial' | 'nothing' | 'final' | 'scratch' }
  | { readonly kind: 'select'; readonly from: number; readonly length: number }
  | { readonly kind: 'press'; readonly key: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  // Alike letters, so that only the caret tells where they came.
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', ' ').map((text) => ({ kind: 'type' as const, text })) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('select' as const),
      from: fc.nat(),
      length: fc.constantFrom(0, 0, 0, 1, 4),
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('ArrowLeft', 'ArrowRight', 'Home', 'End', 'Shift+ArrowLeft', 'Control+ArrowLeft')
      .map((key) => ({ kind: 'press' as const, key })),
  },
  ...(['backspace', 'delete', 'undo', 'redo', 'scratch', 'nothing'] as const).map((kind) => ({
    weight: 1,
    arbitrary: fc.constant({ kind }),
  })),
  { weight: 3, arbitrary: fc.constant({ kind: 'partial' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'final' as const }) },
);

/** Edits the field `note` of a page at random while finals arrive, and compares it with a model after each step. */
export async function editAtRandom(page: Page, steps: number): Promise<void> {
  await page.locator('#note').focus();
  const model = createFieldModel(await readField(page));
  const spoken = { sequence: 0, isOpen: false };
  const taken = fc.sample(step, { numRuns: steps, seed: fc.readConfigureGlobal().seed ?? 1 });
  for (const [index, one] of taken.entries()) {
    const before = model.state;
    try {
      await take(page, one, model, spoken);
      expect(await readField(page)).toEqual(model.state);
    } catch (error) {
      throw new Error(`step ${index}, ${JSON.stringify(one)} in ${JSON.stringify(before)}`, { cause: error });
    }
  }
}

async function take(
  page: Page,
  one: Step,
  model: FieldModel,
  spoken: { sequence: number; isOpen: boolean },
): Promise<void> {
  const { text, start, end } = model.state;
  switch (one.kind) {
    case 'type':
      await page.keyboard.type(one.text);
      {
        model.edit(start, end, one.text);
        return;
      }
    case 'backspace':
      await page.keyboard.press('Backspace');
      {
        model.edit(start === end ? Math.max(0, start - 1) : start, end, '');
        return;
      }
    case 'delete':
      await page.keyboard.press('Delete');
      {
        model.edit(start, start === end ? Math.min(text.length, end + 1) : end, '');
        return;
      }
    case 'press':
      await page.keyboard.press(one.key);
      // Where keys take the caret is the browser's business; the text stays.
      model.state = { ...(await readField(page)), text };
      return;
    case 'select': {
      const from = one.from % (text.length + 1);
      const to = Math.min(text.length, from + one.length);
      await selectInField(page, from, to);
      model.state = { text, start: from, end: to };
      return;
    }
    case 'undo':
    case 'redo':
      await page.keyboard.press(one.kind === 'undo' ? 'Control+Z' : 'Control+Shift+Z');
      {
        model.restore(await readField(page));
        return;
      }
    case 'partial':
      model.open(spoken.sequence);
      spoken.isOpen = true;
      return sayPartial(page, 'something that is said', spoken.sequence);
    case 'nothing':
      model.close(spoken.sequence);
      return sayPartial(page, '', spoken.sequence);
    case 'final': {
      const sequence = spoken.sequence++;
      const said = `Said ${sequence}.`;
      await sayFinal(page, { text: said, sequence });
      const { written } = await lastTold<FinalDetail>(page, 'final');
      expect(said).toContain(written.trim());
      model.write(sequence, written, await readField(page));
      return;
    }
    case 'scratch': {
      if (spoken.sequence === 0) return;
      const former = spoken.sequence - 1;
      const sequence = spoken.sequence++;
      const count = await page.evaluate(() => window.toldByElement.length);
      await sayFinal(page, { text: '', sequence, removes: [former] });
      model.close(sequence);
      if ((await page.evaluate(() => window.toldByElement.length)) === count) return;
      const { kept } = await lastTold<RemovedDetail>(page, 'removed');
      model.takeBack(former, kept, await readField(page));
      return;
    }
  }
}

function lastTold<Detail>(page: Page, type: string): Promise<Detail> {
  return page.evaluate((wanted) => {
    const [, detail] = window.toldByElement.filter(([told]) => told === wanted).at(-1) ?? [];
    // Elements cannot leave the page.
    return { ...(detail as object), field: undefined };
  }, type) as Promise<Detail>;
}
