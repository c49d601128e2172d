import { describe, expect, it } from 'vitest';
import { readList } from './lists.ts';

describe('a list of devices', () => {
  it.each([
    ['one key a line', '1234\n\n 5678 \r\nABCD', ['1234', '5678', 'ABCD'], [1, 3, 4]],
    ['a header alone', 'device_key\n1234\n', ['1234'], [2]],
    ['commas', 'name,device_key\n"a, b",1234\nc,5678\n', ['1234', '5678'], [2, 3]],
    ['semicolons and a byte order mark', '\ufeffdevice_key;name\n1234;x\n', ['1234'], [2]],
    ['tabs and quotes', '"device_key"\t"name"\n"1234"\tx\n', ['1234'], [2]],
  ])('with %s', (_, text, keys, lines) => {
    expect(readList(text)).toEqual({ keys, lines, problem: undefined });
  });

  it('keeps what a spreadsheet spoiled, for a rule to name', () => {
    expect(readList('device_key\n8.66123E+14\n').keys).toEqual(['8.66123E+14']);
  });

  it.each([
    ['has another header', 'imei,name\n1234,x\n', 1],
    ['has another header and one column', 'imei\n1234\n', 1],
    ['is not UTF-8', '1234\n\ufffd\ufffd\n', 2],
    ['lacks a key', 'device_key,name\n1234,x\n,y\n', 3],
    ['has an open quote', 'device_key,name\n1234,"x\n', 2],
  ])('that %s names the line', (_, text, line) => {
    expect(readList(text).problem?.line).toBe(line);
  });
});
