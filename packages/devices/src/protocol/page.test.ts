import { readFileSync } from 'node:fs';
import {
  DeviceFile,
  DeviceReport,
  fromDevice,
  MqttProblem,
  mostMqttBytes,
  PlanMessage,
  PlanMessageComponent,
  ReportsReply,
  readDevicePlan,
  reportedStatuses,
  sendReports,
  toDevice,
} from '@otaplan/api';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const page = readFileSync(new URL('../../../../docs/device-protocol.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text) as object);

/** The message of the protocol that an example shows. */
function schemaOf(example: object): z.ZodType {
  if ('plan' in example) return PlanMessage;
  if ('reports' in example) return z.object({ reports: z.array(DeviceReport) });
  if ('results' in example) return ReportsReply;
  return MqttProblem;
}

/** Names of members in the text, as code or in an example. */
const isNamed = (name: string) => new RegExp(`[\`"]${name}[\`"]`).test(page);

describe('docs/device-protocol.md', () => {
  it('shows each message of the protocol', () => {
    const shown = examples.map(schemaOf);
    expect(shown.filter((schema) => schema === PlanMessage)).toHaveLength(2);
    expect(shown).toContain(ReportsReply);
    expect(shown).toContain(MqttProblem);
    expect(examples.flatMap((example) => ('reports' in example ? ['reports'] : []))).toHaveLength(1);
  });

  it.each(examples.map((example) => [JSON.stringify(example).slice(0, 60), example] as const))(
    'has an example that is a message, and nothing in it that the message does not have: %s',
    (_, example) => {
      // What the schema does not know is dropped by it, and so would be missing.
      expect(schemaOf(example).parse(example)).toEqual(example);
    },
  );

  it('shows a report of each kind', () => {
    const reports = examples.flatMap((example) =>
      'reports' in example ? (example.reports as { kind: string }[]) : [],
    );
    const kinds = DeviceReport.options.map(({ shape }) => shape.kind.value);
    expect(new Set(reports.map(({ kind }) => kind))).toEqual(new Set(kinds));
  });

  it('names every member of every message, every status and every topic', () => {
    const shapes = [PlanMessageComponent, DeviceFile, ...DeviceReport.options].map(({ shape }) => Object.keys(shape));
    const members = [...shapes.flat(), ...Object.keys(PlanMessage.shape), ...Object.keys(ReportsReply.shape)];
    expect([...members, ...reportedStatuses, ...fromDevice, ...toDevice].filter((name) => !isNamed(name))).toEqual([]);
    for (const { method, path } of [readDevicePlan, sendReports]) expect(page).toContain(`\`${method} ${path}\``);
  });

  it('has the limits that hold', () => {
    const report = (id: string) => ({ id, kind: 'request', components: [] });
    const { body } = sendReports;
    const request = (count: number) => ({ reports: new Array(count).fill({}) });
    expect(page).toContain('sends reports, 1 to 500 in one request');
    expect([0, 1, 500, 501].map((count) => body?.safeParse(request(count)).success)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(page).toContain('an `id` 1 to 64 characters');
    const ids = ['', 'a', 'a'.repeat(64), 'a'.repeat(65)];
    expect(ids.map((id) => DeviceReport.safeParse(report(id)).success)).toEqual([false, true, true, false]);
    expect(page).toContain('at most 200 characters');
    const failed = { kind: 'status', id: 'a', planId: 'p', identifier: 'FOTA', attempt: 1, status: 'upgradeFailed' };
    const causes = [200, 201].map((length) => DeviceReport.safeParse({ ...failed, cause: 'x'.repeat(length) }).success);
    expect(causes).toEqual([true, false]);
    expect(page).toContain(`of more than ${mostMqttBytes / 1024} kB, the connection ends`);
  });
});
