import { describe, expect, it } from 'vitest';
import { check } from '../check.ts';
import { emptyWorld } from '../world.ts';
import { rules } from './registry.ts';

/** What the examples of the rules reference may refer to. */
const catalog = `product water_meter {
  key "p1WM01"
  component modem:    module "FOTA"
  component main_mcu: mcu    "STM32"
}
devices pilot of water_meter { 866123040000005 866123040000013 }
devices berlin of water_meter { 866123040000021 }
package "MCU" { for mcu version "1.9.0" from "1.8.3" file "mcu.pack" sha256 "${'0'.repeat(64)}" }
`;
const statements: Readonly<Record<string, string>> = {
  product: 'product water_meter',
  effective: 'effective 2026-12-01 00:00 to 2026-12-15 23:59 in "Europe/Berlin"',
  targets: 'targets { include pilot }',
  upgrade: 'upgrade modem to "2.4.0"',
  mode: 'mode silent',
  conditions: '',
  retry: '',
  waves: '',
  allow: '',
};

/** A fragment of the reference as files: statements take the place of those of a plan; declarations stand by themselves. */
function filesOf(fragment: string): Map<string, string> {
  const parts = topLevel(fragment);
  const declarations = parts.filter((part) => /^(?:plan |package "|devices |import |product \w+ *\{)/.test(part));
  const own = parts.filter((part) => !declarations.includes(part));
  const words = new Set(own.map((part) => /^\w+/.exec(part)?.[0] ?? ''));
  const component = own.filter((part) => part.startsWith('component '));
  const packaged = own.filter((part) => /^(?:file|remarks|version) /.test(part));
  const inPlan = own.filter((part) => !component.includes(part) && !packaged.includes(part));
  const rest = Object.entries(statements).filter(([word]) => !words.has(word));
  const plan =
    inPlan.length === 0 && component.length === 0
      ? ''
      : `plan "Example" {\n${[...rest.map(([, text]) => text), ...inPlan].join('\n')}\n}\n`;
  const pack =
    packaged.length === 0
      ? ''
      : `package "Example" {\nfor module\nversion "3.0.0"\n${packaged.some((part) => part.startsWith('file')) ? '' : `file "a.bin" sha256 "${'0'.repeat(64)}"`}\n${packaged.join('\n')}\n}\n`;
  const changed = component.length === 0 ? catalog : catalog.replace(/ +component modem.*/, component.join('\n'));
  const redeclares = declarations.some((part) => /^product water_meter/.test(part));
  const text = `${redeclares ? '' : 'import "catalog.otaplan"\n'}${declarations.join('\n')}\n${plan}${pack}`;
  return new Map([
    ['file:///w/catalog.otaplan', changed],
    ['file:///w/example.otaplan', text],
  ]);
}

/** Cuts a fragment at the lines that begin outside of braces. */
function topLevel(fragment: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  for (const line of fragment.split('\n')) {
    if (depth === 0) parts.push(line);
    else parts.push(`${parts.pop() ?? ''}\n${line}`);
    depth += [...line].filter((sign) => sign === '{').length - [...line].filter((sign) => sign === '}').length;
  }
  return parts;
}

/** Fragments with an ellipsis, and those whose comment tells what the text cannot, are for readers only. */
const readable = rules.filter(
  ({ code, bad, good }) => !/…|\/\//.test(bad + good) && !/^(?:SYN|ONL|TIME015|PKG002|PKG006|TGT007|TGT008)/.test(code),
);

describe('the examples of the rules reference', () => {
  it.each(readable.map((rule): [string, string, string] => [rule.code, rule.bad, rule.good]))(
    '%s is broken by the one and kept by the other',
    (code, bad, good) => {
      const codesOf = (fragment: string) =>
        check({ files: filesOf(fragment) }, emptyWorld(Date.parse('2026-11-24T10:00Z'))).findings.map((f) => f.code);
      expect(codesOf(bad)).toContain(code);
      expect(codesOf(good)).not.toContain(code);
    },
  );

  it('are mostly real', () => expect(readable.length).toBeGreaterThan(35));
});
