import fc from 'fast-check';

/**
 * Property tests try the same histories in every run, so that a red run speaks of the change and not of its luck.
 * `npm run test:properties` goes where nobody has been: it sets another seed.
 */
fc.configureGlobal({ seed: Number(process.env['OTAPLAN_SEED'] ?? 1) });
