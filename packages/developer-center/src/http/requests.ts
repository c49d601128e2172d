import type { IncomingMessage } from 'node:http';
import type { Endpoint } from '@otaplan/api';
import { type FieldProblem, ProblemError } from '../center/problem-error.ts';
import type { Clock } from '../clock.ts';

const mostErrorsTold = 20;
/** A JSON body must be here by then: a connection that dribbles does not hold its place for ever. */
const bodyTimeMs = 60_000;

/** Refuses a body that says it is too large before a byte of it is read. */
export function checkDeclaredLength(incoming: IncomingMessage, most: number): void {
  const declared = Number(incoming.headers['content-length'] ?? 0);
  if (declared > most) throw tooLarge(most);
}

/**
 * Reads a body whole.
 * @param most the largest that is taken, in bytes
 * @throws ProblemError `too-large`; `invalid-request` when the connection ends before the body does
 */
export async function readBody(incoming: IncomingMessage, most: number, clock: Clock): Promise<Buffer> {
  checkDeclaredLength(incoming, most);
  const stop = clock.after(bodyTimeMs, () => incoming.destroy());
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // The connection is kept on refusal: the answer still has to go out on it.
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > most) throw tooLarge(most);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new ProblemError('invalid-request', 'The connection ended in the middle of the body.');
  } finally {
    stop();
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
}

/** A JSON body as a value; no body at all counts as `{}`. */
export function parseJson(bytes: Buffer, contentType: string | null): unknown {
  if (bytes.length === 0) return {};
  // Demanded, because a page of another site cannot send it without asking first.
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType ?? ''))
    throw new ProblemError('invalid-request', 'The body must come with Content-Type: application/json.');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    const where = error instanceof SyntaxError ? (/position (\d+)/.exec(error.message)?.[1] ?? null) : null;
    throw new ProblemError(
      'invalid-request',
      where === null ? 'The body is not JSON in UTF-8.' : `The body is not JSON: see position ${where}.`,
    );
  }
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}
type Parsed = { success: true; data: unknown } | { success: false; error: { issues: readonly Issue[] } };

/**
 * Parses the parts of a call with the endpoint's schemas. Errors point into the body (`/document/name`), the query (`/query/limit`)
 * or the path (`/path/planId`).
 */
export function parseCall(
  endpoint: Endpoint,
  raw: { params: Record<string, string>; query: Record<string, string>; body: unknown },
): { params: unknown; query: unknown; body: unknown } {
  const errors: FieldProblem[] = [];
  const keep = (parsed: Parsed, prefix: string): unknown => {
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues)
      errors.push({ pointer: prefix + pointerOf(issue.path), detail: issue.message });
    return undefined;
  };
  const params = keep(endpoint.params.safeParse(raw.params), '/path');
  const query = keep(endpoint.query.safeParse(raw.query), '/query');
  const hasJson = endpoint.body !== null && endpoint.bodyType === 'json';
  const body = hasJson && endpoint.body ? keep(endpoint.body.safeParse(raw.body), '') : undefined;
  if (errors.length > 0) {
    const told = errors.slice(0, mostErrorsTold);
    throw new ProblemError(
      'invalid-request',
      `The request has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}.`,
      told,
    );
  }
  return { params, query, body };
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function tooLarge(most: number): ProblemError {
  const size = most >= 1024 * 1024 ? `${most / 1024 / 1024} MB` : `${most / 1024} kB`;
  return new ProblemError('too-large', `The body is larger than ${size}.`);
}
