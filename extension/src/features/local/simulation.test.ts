import type { Plan } from '@otaplan/model';
import { describe, expect, it } from 'vitest';
import { faultProfile, simulateArguments, simulationsFor } from './simulation.ts';

function plan(product: string, include: string[], exclude: string[] = []): Plan {
  const component = {
    component: 'modem',
    type: 'module',
    identifier: 'FOTA',
    mode: 'full',
    target: '2.4.0',
    sources: ['2.3.0', '2.3.1'],
  };
  return {
    product,
    retry: 2,
    targets: { all: include.length === 0, include, exclude, count: null },
    components: [component],
  } as unknown as Plan;
}

describe('simulated devices', () => {
  it('are those that the plans want, in the version that they upgrade from', () => {
    const [only] = simulationsFor([plan('p1', ['AAAA', 'BBBB', 'CCCC'], ['BBBB']), plan('p1', ['DDDD'])], 10);
    expect(only?.deviceKeys).toEqual(['AAAA', 'CCCC', 'DDDD']);
    expect(only?.components).toEqual([{ type: 'module', identifier: 'FOTA', version: '2.3.0' }]);
  });
  it('are made up for a plan of all devices, and shared among products', () => {
    const all = simulationsFor([plan('p1', []), plan('p2', ['AAAA'])], 10);
    expect(all.map(({ deviceKeys }) => deviceKeys.length)).toEqual([5, 1]);
    expect(all[0]?.deviceKeys.every((key) => /^[A-Za-z0-9]{4,32}$/.test(key))).toBe(true);
  });
  it('fail, one in twenty, for as long as they are retried automatically', () => {
    const keys = Array.from({ length: 21 }, (_, i) => `KEY${i + 100}`);
    const [only] = simulationsFor([plan('p1', keys)], 100);
    if (!only) throw new Error('none');
    expect(faultProfile(only)).toMatchObject({
      rules: [{ devices: { keys: ['KEY100', 'KEY120'] }, component: 'FOTA', fault: { times: 3 } }],
    });
  });
  it('are none without a plan', () => {
    expect(simulationsFor([], 10)).toEqual([]);
  });
  it('start with their versions', () => {
    const [only] = simulationsFor([plan('p1', ['AAAA'])], 1);
    if (!only) throw new Error('none');
    expect(simulateArguments(only, 'list.csv', 'faults.json', 60)).toEqual([
      'simulate',
      '--product',
      'p1',
      '--list',
      'list.csv',
      '--faults',
      'faults.json',
      '--component',
      'module:FOTA=2.3.0',
      '--speed',
      '60',
    ]);
  });
});
