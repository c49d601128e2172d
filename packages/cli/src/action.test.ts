import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { example, folder } from './testing.ts';

/** The Action's own steps, run as a runner runs them: against a repository, and a server that plays the calls of GitHub they use. */
const root = join(import.meta.dirname, '../../..');
/** The command as it is installed: bundled, which starts in a fraction of the time. */
const bundle = mkdtempSync(join(tmpdir(), 'otaplan-bundle-'));
const main = join(bundle, 'bundle/otaplan.cjs');
// Each step is a process or two.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

interface Action {
  inputs: Record<string, { default?: string }>;
  runs: { steps: { id: string; shell: string; run: string; env?: Record<string, string> }[] };
}
const action: Action = parse(readFileSync(join(root, 'action/action.yml'), 'utf8'));

interface Comment {
  id: number;
  body: string;
  user: { login: string; type: string };
}
const github = {
  comments: [] as Comment[],
  sarifs: [] as { commit_sha: string; ref: string; sarif: string }[],
  reviews: [] as object[],
  calls: [] as string[],
  readOnly: false,
  busy: 0,
};
let server: Server;
let api = '';

beforeAll(async () => {
  execFileSync(process.execPath, [join(import.meta.dirname, '../build.mjs'), '--out', bundle]);
  server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    const what = `${request.method} ${pathname.replace('/repos/o/r/', '')}`;
    const say = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.headers.authorization !== 'Bearer t0ken') return say(401, {});
    github.calls.push(what);
    if (github.busy > 0) {
      github.busy--;
      response.setHeader('retry-after', '1');
      return say(503, {});
    }
    if (request.method !== 'GET' && github.readOnly) return say(403, { message: 'Resource not accessible' });
    const page = Number(searchParams.get('page') ?? 1);
    const paged = <T>(items: readonly T[]) => items.slice((page - 1) * 100, page * 100);
    const body = request.method === 'GET' ? null : ((await json(request)) as Record<string, string>);
    if (what === 'GET issues/7/comments') return say(200, paged(github.comments));
    if (what === 'GET pulls/7/reviews') return say(200, paged(github.reviews));
    if (what === 'POST issues/7/comments') {
      const comment = { id: github.comments.length + 1, body: body?.['body'] ?? '', user: bot };
      github.comments.push(comment);
      return say(201, comment);
    }
    if (what === 'POST code-scanning/sarifs') {
      github.sarifs.push(body as unknown as (typeof github.sarifs)[0]);
      return say(202, { id: 'x' });
    }
    const comment = github.comments.find(({ id }) => what === `PATCH issues/comments/${id}`);
    if (!comment) return say(404, {});
    comment.body = body?.['body'] ?? '';
    return say(200, comment);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
const bot = { login: 'github-actions[bot]', type: 'Bot' };

const cwd = folder(example());
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd, encoding: 'utf8' }).trim();
git('init', '-q', '-b', 'main');
git('add', '.');
git('commit', '-qm', 'base');
const base = git('rev-parse', 'HEAD');

function commit(text: string): string {
  writeFileSync(join(cwd, 'spring.otaplan'), text);
  git('add', '.');
  git('commit', '-qm', 'change', '--allow-empty');
  return git('rev-parse', 'HEAD');
}

interface Acted {
  readonly failed: string | null;
  readonly log: string;
  readonly outputs: Record<string, string>;
  readonly temp: string;
}

/**
 * Runs the steps of the Action, with the inputs' defaults and what is given; ends at the first that fails.
 * @param again a step to run alone, on what an earlier run left behind
 */
async function act(
  head: string,
  inputs: Record<string, string> = {},
  again?: { step: string; after: Acted },
): Promise<Acted> {
  const temp = again?.after.temp ?? mkdtempSync(join(tmpdir(), 'otaplan-runner-'));
  const event = join(temp, 'event.json');
  writeFileSync(event, JSON.stringify({ pull_request: { number: 7, user: { login: 'author' }, head: { sha: head } } }));
  const all: Record<string, string> = { command: `${process.execPath} ${main}`, base, token: 't0ken', ...inputs };
  const outputs: Record<string, string> = { ...again?.after.outputs };
  let log = '';
  const expand = (text: string) =>
    text.replace(/\$\{\{ (\S+) \}\}/g, (_, name: string) => {
      const [kind, ...path] = name.split('.');
      const input = path[0] ?? '';
      return kind === 'inputs' ? (all[input] ?? action.inputs[input]?.default ?? '') : (outputs[path.join('.')] ?? '');
    });
  for (const step of action.runs.steps.filter(({ id }) => again === undefined || id === again.step)) {
    const output = join(temp, `${step.id}.output`);
    writeFileSync(output, '');
    const env = {
      PATH: `${join(process.execPath, '..')}:${process.env['PATH']}`,
      RUNNER_TEMP: temp,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: join(temp, 'summary.md'),
      GITHUB_ACTION_PATH: join(root, 'action'),
      GITHUB_EVENT_PATH: event,
      GITHUB_API_URL: api,
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_SHA: head,
      GITHUB_REF: 'refs/pull/7/merge',
      ...Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, expand(value)])),
    };
    const code = await new Promise<number>((done) => {
      execFile(
        'bash',
        ['--noprofile', '--norc', '-eo', 'pipefail', '-c', expand(step.run)],
        { cwd, env },
        (error, out, err) => {
          log += out + err;
          done(error ? Number(error.code ?? 1) : 0);
        },
      );
    });
    for (const line of readFileSync(output, 'utf8').split('\n').filter(Boolean)) {
      const [name, value = ''] = line.split('=');
      outputs[`${step.id}.outputs.${name}`] = value;
    }
    if (code !== 0) return { failed: step.id, log, outputs, temp };
  }
  return { failed: null, log, outputs, temp };
}

beforeEach(() => Object.assign(github, { comments: [], sarifs: [], reviews: [], calls: [], readOnly: false, busy: 0 }));

describe('the GitHub Action', () => {
  it('posts one comment, writes over it at the next push, and uploads findings', async () => {
    const person = { login: 'mallory', type: 'User' };
    github.comments.push(
      ...Array.from({ length: 120 }, (_, i) => ({ id: 1000 + i, body: '<!-- otaplan review -->', user: person })),
    );
    const first = await act(commit(example({ retry: 1 })['spring.otaplan']));
    expect(first.failed).toBe(null);
    expect(first.outputs).toMatchObject({ 'diff.outputs.changed': 'true', 'diff.outputs.risks': '0' });
    const posted = () => github.comments.filter(({ user }) => user.type === 'Bot');
    expect(posted()).toMatchObject([{ body: expect.stringContaining('- Automatic retries: 3 → 1.') }]);
    expect(readFileSync(join(first.temp, 'summary.md'), 'utf8')).toContain('Automatic retries');
    const head = commit(example({ retry: 2 })['spring.otaplan']);
    github.busy = 1;
    await act(head);
    expect(posted()).toMatchObject([{ body: expect.stringContaining('- Automatic retries: 3 → 2.') }]);
    expect(github.sarifs[1]).toMatchObject({ commit_sha: head, ref: 'refs/pull/7/head' });
    const log = JSON.parse(gunzipSync(Buffer.from(github.sarifs[1]?.sarif ?? '', 'base64')).toString());
    expect(log).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { name: 'otaplan' } } }] });
    expect(first.log).not.toContain('t0ken');
  });
  it('says nothing when nothing changes, and nothing twice', async () => {
    const quiet = await act(commit(example()['spring.otaplan']));
    expect(quiet).toMatchObject({ failed: null, outputs: { 'diff.outputs.changed': 'false' } });
    expect(github.comments).toEqual([]);
    github.comments.push({ id: 1, body: '<!-- otaplan review -->\nold', user: bot });
    const after = await act(base);
    expect(github.comments[0]?.body).toContain('nothing changes in meaning');
    github.calls.length = 0;
    await act(base, {}, { step: 'comment', after });
    expect(github.calls).toContain('GET issues/7/comments');
    expect(github.calls).not.toContain('PATCH issues/comments/1');
  });
  it('blocks on errors, after everything else is told', async () => {
    const head = commit(example()['spring.otaplan'].replace('retry 3', 'retry 9'));
    const ran = await act(head, { sarif: 'false' });
    expect(ran.failed).toBe('gate');
    expect(ran.log).toMatch(/^::error file=spring\.otaplan,line=17/m);
    expect(github.sarifs).toEqual([]);
    expect(github.comments[0]?.body).toContain('otaplan check');
  });
  it('wants an approval of the newest commit where risks are new', async () => {
    const all = example()['spring.otaplan'].replace('targets {\n    include pilot\n  }', 'targets all');
    const head = commit(all);
    const risky = await act(head, { approval: 'risks' });
    expect(risky).toMatchObject({ failed: 'gate', outputs: { 'diff.outputs.risks': '2' } });
    expect(risky.log).toContain('needs an approving review');
    const review = (login: string, change: object = {}) => ({
      user: { login, type: 'User' },
      state: 'APPROVED',
      commit_id: head,
      author_association: 'MEMBER',
      ...change,
    });
    for (const worthless of [
      review('author'),
      review('stranger', { author_association: 'NONE' }),
      review('early', { commit_id: base }),
      review('bot', { user: bot }),
    ]) {
      github.reviews.push(worthless);
    }
    const gate = async (approval: string) => {
      const ran = await act(head, { approval }, { step: 'gate', after: risky });
      return ran.failed;
    };
    expect(await gate('risks')).toBe('gate');
    github.reviews.push(review('maintainer'), review('maintainer', { state: 'COMMENTED' }));
    expect(await gate('risks')).toBe(null);
    github.reviews.push(review('other', { state: 'CHANGES_REQUESTED' }));
    expect(await gate('risks')).toBe('gate');
    expect(await gate('never')).toBe(null);
    expect(await gate('sometimes')).toBe('gate');
  });
  it('goes on with a token that may only read, as of a fork', async () => {
    github.readOnly = true;
    const ran = await act(commit(example({ retry: 1 })['spring.otaplan']));
    expect(ran.failed).toBe(null);
    expect(ran.log).toContain('::warning title=otaplan::GitHub answered 403');
  });
  it('lets no input become a command', async () => {
    const marker = join(cwd, 'owned');
    const evil = `x$(touch ${marker})`;
    const ran = await act(base, { base: evil, paths: `spring.otaplan\n; touch ${marker}` });
    expect(ran.failed).toBe('check');
    expect((await act(base, { base: evil })).failed).toBe('diff');
    expect(() => readFileSync(marker)).toThrow('ENOENT');
  });
});

describe('the merge driver for device lists', () => {
  const merge = (ancestor: string, ours: string, theirs: string) => {
    const at = folder({ O: ancestor, A: ours, B: theirs });
    let code = 0;
    try {
      execFileSync(process.execPath, [join(root, 'examples/ci/merge-device-list.mjs'), 'O', 'A', 'B'], {
        cwd: at,
        stdio: 'ignore',
      });
    } catch {
      code = 1;
    }
    return { code, text: readFileSync(join(at, 'A'), 'utf8') };
  };
  it('takes what either side added and drops what either side removed', () => {
    expect(merge('device_key\nA1\nA2\n', 'device_key\nA1\nA2\nA3\n', 'device_key\nA2\nB1\n')).toEqual({
      code: 0,
      text: 'device_key\nA2\nA3\nB1\n',
    });
  });
  it('is in conflict where both changed the same row', () => {
    expect(merge('k,n\nA1,x\n', 'k,n\nA1,y\n', 'k,n\nA1,z\n')).toMatchObject({ code: 1 });
  });
});
