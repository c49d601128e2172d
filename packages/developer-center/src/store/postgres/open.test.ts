import { randomBytes } from 'node:crypto';
import { afterAll, describe } from 'vitest';
import { systemClock } from '../../clock.ts';
import { findPostgres } from '../../testing/postgres.ts';
import { storeConformance } from '../conformance.ts';
import { openPostgresStore } from './open.ts';

const postgres = await findPostgres();
const why = typeof postgres === 'string' ? ` (skipped: ${postgres})` : '';

describe.skipIf(typeof postgres === 'string')(`the store in PostgreSQL${why}`, () => {
  const server = typeof postgres === 'string' ? null : postgres;
  afterAll(() => server?.stop());
  const open = (url: string) => openPostgresStore({ url, clock: systemClock, random: (count) => randomBytes(count) });

  storeConformance(async () => {
    const url = (await server?.database()) ?? '';
    return { open: () => open(url), remove: async () => {} };
  });
});
