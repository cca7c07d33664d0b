import { testHistories } from './destruction-histories.js';

/** Some twenty minutes of a processor. */
const histories = Number(process.env['AUSCULT_HISTORIES'] ?? 10_000);

testHistories({ histories, historiesOnPostgres: Math.ceil(histories / 20), worldsAtATime: 6 });
