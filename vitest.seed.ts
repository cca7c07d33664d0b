import fc from 'fast-check';

// Whatever is drawn by chance is the same in each run, so that none fails for what another change has done, or nobody.
fc.configureGlobal({ seed: Number(process.env['AUSCULT_TEST_SEED'] ?? 1) });
