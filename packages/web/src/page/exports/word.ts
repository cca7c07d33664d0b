import { Document, HeadingLevel, Packer, Paragraph, TextRun } from 'docx';
import { clock } from '../transcript/clock.js';
import { textOf, type Line } from '../transcript/line.js';
import { speakerOf, type TranscriptExport } from './transcript-export.js';

/** The transcript as a Word document: a heading, then a paragraph an utterance with its time and speaker. */
export function asWord(transcript: TranscriptExport): Promise<Blob> {
  const when = transcript.at.toLocaleString('en', { dateStyle: 'long', timeStyle: 'short' });
  const heading = new Paragraph({ text: 'Transcript', heading: HeadingLevel.HEADING_1 });
  const date = new Paragraph({
    children: [new TextRun({ text: when, color: '555555' })],
    spacing: { after: 240 },
  });
  const paragraphs = transcript.lines.map((line) => paragraphOf(line, speakerOf(transcript, line)));
  return Packer.toBlob(
    new Document({
      creator: 'Auscult',
      title: 'Transcript',
      sections: [{ children: [heading, date, ...paragraphs] }],
    }),
  );
}

function paragraphOf(line: Line, speaker: string | undefined): Paragraph {
  const name = speaker === undefined ? [] : [new TextRun({ text: `${speaker}: `, bold: true })];
  const time = new TextRun({ text: `${clock(line.start)}  `, color: '555555', size: 18 });
  return new Paragraph({ children: [time, ...name, new TextRun(textOf(line))], spacing: { after: 120 } });
}
