import { readFileSync } from 'node:fs';

/** A spoken text and how it is written, with the class that it stands for. */
export interface Case {
  readonly kind: string;
  readonly spoken: string;
  readonly written: string;
}

/** Reads the table beside this file. */
export function readCases(): Case[] {
  const [, ...blocks] = readFileSync(new URL('cases.txt', import.meta.url), 'utf8').split(/^# /mu);
  return blocks.flatMap((block) => {
    const [kind = '', ...lines] = block.split('\n');
    return lines
      .filter((line) => line !== '')
      .map((line) => {
        const [spoken = '', written = spoken] = line.split(' => ');
        return { kind, spoken, written };
      });
  });
}
