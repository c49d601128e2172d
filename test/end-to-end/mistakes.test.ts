import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bench } from './harness.ts';

const bench = new Bench();
beforeAll(async () => {
  await bench.startServer();
  await bench.done('register', 'products.csv');
});
afterAll(() => bench.close());

interface Finding {
  readonly file: string;
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly range: {
    readonly start: { readonly line: number; readonly character: number };
    readonly end: { readonly line: number; readonly character: number };
  };
}

const plan = (change: (text: string) => string) =>
  change(`import "catalog.otaplan"

plan "A mistake" {
  product   water_meter
  ${bench.period(-1, 600)}

  targets {
    include pilot
  }

  upgrade modem    to "2.4.0" from "2.3.1"
  upgrade main_mcu to "1.9.0" from "1.8.3" using delta

  mode silent
}
`);

describe('a mistake in a plan is told on the exact words, and nothing is sent', () => {
  test.each([
    ['without targets', 'TGT001', (text: string) => text.replace(/ {2}targets \{[^}]*\}\n/, ''), /plan|"A mistake"/],
    ['with a wrong zone', 'TIME002', (text: string) => text.replace('"UTC"', '"CET"'), /^"CET"$/],
    ['with an end before the start', 'TIME004', (text: string) => text.replace(/ to (\d{4})/, ' to 2001'), /2001-/],
    [
      'with a delta without a source',
      'VER008',
      (text: string) => text.replace(' from "1.8.3" using delta', ' using delta'),
      /using delta|delta|upgrade/,
    ],
  ])('%s: %s', async (_, code, change, words) => {
    const text = plan(change);
    bench.write('mistake.otaplan', text);
    const check = await bench.run(['check', 'mistake.otaplan', '--format', 'json']);
    expect(check.code).toBe(1);
    const findings = (JSON.parse(check.stdout) as Finding[]).filter((finding) => finding.code === code);
    expect(findings).toHaveLength(1);
    const [finding] = findings;
    if (!finding) throw new Error(`no ${code}`);
    expect(finding.severity).toBe('error');
    const line = text.split('\n')[finding.range.start.line] ?? '';
    const end = finding.range.end.line === finding.range.start.line ? finding.range.end.character : line.length;
    expect(line.slice(finding.range.start.character, end)).toMatch(words);

    const deploy = await bench.run(['deploy', 'mistake.otaplan', '--activate', '--yes']);
    expect(deploy.code).toBe(1);
    expect(deploy.stderr + deploy.stdout).toContain(code);
    expect(await bench.json('status')).toEqual([]);
    expect(await bench.json('packages')).toEqual([]);
  });
});

describe('what goes wrong around a plan is one clear sentence with the right exit code', () => {
  const oneSentence = (result: { stderr: string }) => {
    expect(result.stderr).not.toMatch(/\n\s+at |node:internal|Error:/);
    expect(result.stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
  };

  test('a wrong secret', async () => {
    const result = await bench.run(['status'], { env: { OTAPLAN_ACCESS_SECRET: 'not-the-secret-4711' } });
    expect(result.code).toBe(3);
    expect(result.stderr).toMatch(/access (key|secret)/i);
    expect(result.stderr).not.toContain('not-the-secret-4711');
    oneSentence(result);
  });

  test('a stopped server', async () => {
    const result = await bench.run(['status'], { env: { OTAPLAN_SERVER: 'http://127.0.0.1:9' } });
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('127.0.0.1:9');
    oneSentence(result);
  });

  test('a plan that does not exist', async () => {
    const result = await bench.run(['status', 'No such plan']);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('No such plan');
    oneSentence(result);
  });

  test('a list with a broken line', async () => {
    writeFileSync(bench.file('lists/broken.csv'), 'device_key\n866123040000013\n"866123040000021\n');
    bench.write(
      'broken.otaplan',
      plan((text) => text.replace('include pilot', 'include broken')).concat(
        '\ndevices broken of water_meter from "lists/broken.csv"\n',
      ),
    );
    const result = await bench.run(['check', 'broken.otaplan']);
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/TGT007/);
    expect(result.stdout).toMatch(/line 3/);
    expect(result.stdout + result.stderr).not.toMatch(/\n\s+at |node:internal/);
  });

  test('a devices file with a broken line', async () => {
    bench.write('broken-devices.csv', 'product_key,device_key\np1WM01,866123040000013\np1WM01,x\n');
    const result = await bench.run(['register', 'products.csv', 'broken-devices.csv']);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/line 3/);
    oneSentence(result);
  });

  test('a file that is not there, and wrong usage', async () => {
    expect((await bench.run(['check', 'nowhere.otaplan'])).code).toBe(2);
    expect((await bench.run(['chekc'])).code).toBe(2);
    expect((await bench.run(['deploy'])).code).toBe(2);
  });
});
