import type { PlanDevice } from '@otaplan/client';
import { describe, expect, it } from 'vitest';
import { cell, csv, json } from './device-files.ts';

async function* devices(count: number, cause: string | null): AsyncGenerator<PlanDevice> {
  for (let i = 0; i < count; i++) {
    yield {
      deviceKey: `KEY${i}`,
      status: 'upgradeFailed',
      online: true,
      startedAt: null,
      endedAt: null,
      wave: 1,
      cause,
    };
  }
}
async function text(chunks: AsyncIterable<string>): Promise<string> {
  let whole = '';
  for await (const chunk of chunks) whole += chunk;
  return whole;
}

describe('exported devices', () => {
  it('defuses what a spreadsheet would run, and quotes what would break a line', () => {
    expect(cell('=HYPERLINK("http://x")')).toBe(`"'=HYPERLINK(""http://x"")"`);
    expect(cell('a,b\nc')).toBe('"a,b\nc"');
    expect(cell(-3)).toBe('-3');
  });
  it('writes CSV with a header', async () => {
    const [head, first, ...rest] = (await text(csv(devices(2, 'No space')))).split('\r\n');
    expect(head).toBe('deviceKey,status,online,startedAt,endedAt,wave,cause');
    expect(first).toBe('KEY0,upgradeFailed,true,,,1,No space');
    expect(rest).toHaveLength(2);
  });
  it('writes JSON that reads, also for nobody', async () => {
    expect(JSON.parse(await text(json(devices(3, null))))).toHaveLength(3);
    expect(JSON.parse(await text(json(devices(0, null))))).toEqual([]);
  });
});
