import { describe, expect, it } from 'vitest';
import { folder, otaplan } from './testing.ts';

const server = ['--server', 'http://127.0.0.1:1'];
const env = { OTAPLAN_ACCESS_KEY: 'k', OTAPLAN_ACCESS_SECRET: 's' };
const simulate = (cwd: string) =>
  otaplan({ cwd, env }, 'simulate', '--product', 'p1', '--list', 'l.csv', '--component', 'module:F=1', ...server);
const register = (cwd: string) => otaplan({ cwd, env }, 'register', 'p.csv', 'd.csv', ...server);

describe('CSV files', () => {
  it.each([
    [
      'device_key,name\nA0001,"a\nname\nof lines"\nA 2,x\n',
      'l.csv, line 5: “A 2” is not a device key (4 to 32 letters or digits). Correct the line and run again.',
    ],
    [
      'A0001\n\nno\n',
      'l.csv, line 3: “no” is not a device key (4 to 32 letters or digits). Correct the line and run again.',
    ],
    ['name,key\nx,A0001\n', 'l.csv, line 1: the header lacks device_key'],
    ['device_key\n"A0001\n', 'l.csv, line '],
    ['device_key\nA0001,x\n', 'l.csv, line 2: 2 values, but the header has 1 columns.'],
  ])('simulate --list names the line: %j', async (text, said) => {
    expect(await simulate(folder({ 'l.csv': text }))).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(said),
    });
  });
  it.each([
    '\ufeffdevice_key\r\nA0001\r\n',
    '"device_key",name\n"A0001",\n',
    'A0001\n',
    'name , device_key\nx , A0001\n',
  ])('simulate --list reads %j', async (text) => {
    // As far as the server, which is not there.
    expect(await simulate(folder({ 'l.csv': text }))).toMatchObject({ code: 3 });
  });
  it('register names the line, in the file where it is', async () => {
    const good = 'product_key,name\np1,Meter\n';
    const wrong = folder({ 'p.csv': good, 'd.csv': 'product_key,device_key\np1,A0001\np 1,A0002\n' });
    expect(await register(wrong)).toMatchObject({
      code: 2,
      err: 'otaplan: d.csv, line 3: “p 1” is not a product key (1 to 32 letters or digits). Correct the line and run again.\n',
    });
    const product = folder({ 'p.csv': 'product_key,name\n-,x\n', 'd.csv': '' });
    expect((await register(product)).err).toContain('p.csv, line 2');
  });
});
