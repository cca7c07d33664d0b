import { textOfSegments } from '@auscult/client';
import { msg } from '@lit/localize';
import { Document, HeadingLevel, Packer, Paragraph, TextRun, type IRunOptions } from 'docx';
import { dayAndTime } from '../../localize/numbers.js';
import { clock } from '../transcript/clock.js';
import { textOf, type Line } from '../transcript/line.js';
import { turnsOf, type TranscriptExport } from './transcript-export.js';

/**
 * The transcript as a Word document: a heading, then a paragraph for each turn with its time and speaker, or for each utterance
 * if speakers are not told apart; several where paragraphs were dictated.
 */
export function asWord(transcript: TranscriptExport): Promise<Blob> {
  const when = dayAndTime(transcript.at);
  const heading = new Paragraph({ text: msg('Transcript'), heading: HeadingLevel.HEADING_1 });
  const date = new Paragraph({
    children: [new TextRun({ text: when, color: '555555' })],
    spacing: { after: 240 },
  });
  const paragraphs = turnsOf(transcript).flatMap((turn) =>
    paragraphsOf(
      turn.map(({ line }) => line),
      turn[0]?.name,
    ),
  );
  return Packer.toBlob(
    new Document({
      creator: 'Auscult',
      title: msg('Transcript'),
      sections: [{ children: [heading, date, ...paragraphs] }],
    }),
  );
}

function paragraphsOf(lines: readonly Line[], speaker: string | undefined): readonly Paragraph[] {
  const bold: IRunOptions = { text: `${speaker ?? ''}: `, bold: true };
  const name = speaker === undefined ? [] : [new TextRun(bold)];
  const time = new TextRun({ text: `${clock(lines[0]?.start ?? 0)}  `, color: '555555', size: 18 });
  const text = textOfSegments(lines.map((line) => ({ text: textOf(line) }))).trim();
  if (text === '') return [];
  return text.split('\n\n').map((paragraph, index) => {
    const opening = index === 0 ? [time, ...name] : [];
    const children = [...opening, ...linesOf(paragraph)];
    return new Paragraph({ children, spacing: { after: 120 } });
  });
}

function linesOf(paragraph: string): readonly TextRun[] {
  return paragraph.split('\n').map((text, index) => new TextRun(index === 0 ? { text } : { text, break: 1 }));
}
