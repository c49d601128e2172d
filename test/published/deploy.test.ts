import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DCLinter } from 'dclint';
import { validate } from 'dockerfile-utils';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** The files in `deploy`, as they are handed to others: read by readers that are not ours. */
const folder = path.join(import.meta.dirname, '../../deploy');
const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');

describe('compose.yaml', () => {
  it('follows the specification of Compose, and names versions of what it takes', () => {
    // In the order of reading: the database first. The ports stand in quotes, which this reader does not see.
    const order = ['service-keys-order', 'services-alphabetical-order', 'top-level-properties-order'];
    const off = [...order, 'require-quotes-in-ports'].map((rule) => [rule, 0] as const);
    const linter = new DCLinter({ rules: Object.fromEntries(off), quiet: true, debug: false, exclude: [] });
    // Its own types cannot be found by Node's rules.
    const results: readonly { messages: readonly { line: number; message: string }[] }[] = linter.lintFiles(
      [path.join(folder, 'compose.yaml')],
      false,
    );
    const found = results.flatMap(({ messages }) => messages);
    expect(found.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
  });

  it('hands in files that are here, but for the passwords', () => {
    const { services } = parse(read('compose.yaml'), { merge: true }) as {
      services: Record<string, { volumes?: string[] }>;
    };
    const volumes = Object.values(services).flatMap((service) => service.volumes ?? []);
    const files = volumes.flatMap((volume) => /^\.\/([^:]+):/.exec(volume)?.[1] ?? []);
    const there = globSync('*', { cwd: folder });
    expect(files.filter((file) => !there.includes(file))).toEqual(['mosquitto.passwords']);
    expect(files).toContain('nginx.conf');
  });
});

it('Containerfile has nothing wrong with it', () => {
  expect(validate(read('Containerfile')).map(({ range, message }) => `${range.start.line + 1}: ${message}`)).toEqual(
    [],
  );
  expect(validate(read('Containerfile').replace('USER node', 'USRE node'))).not.toEqual([]);
});
