import fc from 'fast-check';

// A fixed seed makes every run draw the same values, so that a run that fails does so because of the change it tests.
fc.configureGlobal({ seed: Number(process.env['AUSCULT_TEST_SEED'] ?? 1) });
