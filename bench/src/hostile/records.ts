import { createLog, loadConfig, openStorage, type Storage } from '@auscult/server';

/** A request for records that is made to cost the server much. */
export interface HostileReading {
  /** The route that reads it, such as `GET /api/v1/sessions/{id}`. */
  readonly where: string;
  /** What makes the record hostile. */
  readonly shape: string;
  readonly path: string;
}

const PATH = '/api/v1/sessions';

/** The records that `fillRecords` makes, by what makes them hostile. */
const RECORDS = {
  'short-terms': 'a record of 4,900 key terms',
  'long-terms': 'a record of 4,900 key terms, each said in 8 ways',
  'long-day': 'a record of 5,000 finals',
} as const;

/** Every way to read the records that `fillRecords` makes. */
export function hostileReadings(): readonly HostileReading[] {
  const formats = ['text', 'json', 'srt', 'vtt', 'fhir'];
  return [
    ...Object.entries(RECORDS).flatMap(([id, shape]): readonly HostileReading[] => [
      { where: `GET ${PATH}/{id}`, shape, path: `${PATH}/${id}` },
      ...formats.map((format) => ({
        where: `GET ${PATH}/{id}/export`,
        shape: `${shape}, as ${format}`,
        path: `${PATH}/${id}/export?format=${format}`,
      })),
    ]),
    {
      where: `GET ${PATH}`,
      shape: `${LISTED} records of 4,900 key terms, each said in 8 ways`,
      path: `${PATH}?limit=${LISTED}`,
    },
  ];
}

/** The group whose members may read the records. */
export const GROUP = 'hostile';

/** The most key terms that a session may have, less those that the server may add. */
const TERMS = 4900;
/** About as many finals as a session of a whole day has. */
const FINALS = 5000;
/** The most that a page of a list holds. */
const LISTED = 200;

/** Fills the data directory of a stopped server with records as large as sessions can make them. */
export async function fillRecords(dataDirectory: string): Promise<void> {
  const config = loadConfig({ flags: { dataDirectory }, environment: {} });
  const storage = await openStorage(config, createLog({ logLevel: 'silent', logFormat: 'json' }));
  const short = Array.from({ length: TERMS }, (_, number) => `term${number}`);
  const long = Array.from({ length: TERMS }, (_, number) => ({
    text: `zorblax ${number}`,
    weight: 2,
    soundsLike: Array.from({ length: 8 }, (_way, way) => `zorblax z ${number} ${way}`),
  }));
  try {
    await record(storage, 'short-terms', short, 1);
    await record(storage, 'long-terms', long, 1);
    await record(storage, 'long-day', [], FINALS);
    for (let number = 0; number < LISTED; number++) await record(storage, `listed-${number}`, long, 0);
  } finally {
    await storage.close();
  }
}

async function record(
  { records }: Storage,
  id: string,
  terms: readonly unknown[],
  finals: number,
): Promise<void> {
  const keyTerms = { count: terms.length, json: JSON.stringify(terms) };
  const writer = await records.open({
    id,
    kind: 'live',
    actor: { who: { tenant: 'default', subject: 'bench', kind: 'local', role: 'local' }, from: '127.0.0.1' },
    groups: [GROUP],
    model: 'none',
    description: {
      language: 'en',
      channels: 1,
      task: 'transcribe',
      sampleRate: 16_000,
      settings: { writtenForm: true, dictationCommands: true, keyTerms },
    },
  });
  for (let place = 0; place < finals; place++) await writer.commit(finalOf(place));
  await writer.close('1000');
}

/** Fifteen words, each with alternatives, as in an utterance where much is in doubt. */
function finalOf(place: number) {
  const words = Array.from({ length: 15 }, (_, index) => ({
    text: `word${index}`,
    start: place * 5 + index / 3,
    end: place * 5 + (index + 1) / 3,
    confidence: 0.5,
    alternatives: [{ text: `ward${index}`, confidence: 0.3 }],
    doubtful: true as const,
  }));
  return {
    channel: 0,
    sequence: place,
    text: words.map(({ text }) => text).join(' '),
    start: place * 5,
    end: place * 5 + 5,
    confidence: 0.5,
    language: 'en',
    words,
  };
}
