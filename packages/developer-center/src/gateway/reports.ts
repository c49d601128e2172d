import { DeviceReport } from '@otaplan/api';
import type { ParsedReport } from '../center/center.ts';

/** One report by itself: what is none is told so, and its neighbours count all the same. */
export function parseReport(raw: unknown): ParsedReport {
  const parsed = DeviceReport.safeParse(raw);
  if (parsed.success) return parsed.data;
  const id = typeof raw === 'object' && raw !== null && 'id' in raw ? raw.id : '';
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join('/').slice(0, 100) ?? '';
  return {
    id: typeof id === 'string' ? id.slice(0, 64).toWellFormed() : '',
    broken: `Not a report: ${where === '' ? '' : `${where}: `}${issue?.message.slice(0, 200) ?? 'unknown'}`,
  };
}
