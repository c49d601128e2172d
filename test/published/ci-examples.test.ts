import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The examples for other CI and for Git, each run by the real thing or by one that reads the same file and runs it. */
const root = path.join(import.meta.dirname, '../..');
const examples = path.join(root, 'examples/ci');
const tool = (name: string) => path.join(import.meta.dirname, 'node_modules/.bin', name);
const home = mkdtempSync(path.join(tmpdir(), 'otaplan-ci-'));
const cwd = path.join(home, 'repository');
const env = {
  PATH: [path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
  HOME: home,
  LANG: 'C.UTF-8',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
  GIT_CONFIG_NOSYSTEM: '1',
};

function run(command: string, ...args: string[]): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  return { code: status, said: stdout + stderr };
}
function git(...args: string[]): string {
  const { code, said } = run('git', ...args);
  if (code !== 0) throw new Error(`git ${args.join(' ')}: ${said}`);
  return said;
}
const file = (name: string) => path.join(cwd, name);
const edit = (name: string, change: (content: string) => string) =>
  writeFileSync(file(name), change(readFileSync(file(name), 'utf8')));

beforeAll(() => {
  cpSync(path.join(root, 'examples/water-meter'), path.join(cwd, 'plans'), { recursive: true });
  cpSync(examples, path.join(cwd, 'examples/ci'), { recursive: true });
  // The command as its package has it; a link, so that nothing is fetched.
  const built = path.join(root, 'packages/cli/dist/package');
  writeFileSync(file('package.json'), JSON.stringify({ private: true, dependencies: { otaplan: `file:${built}` } }));
  writeFileSync(file('.gitignore'), 'node_modules/\n.gitlab-ci-local/\n');
  execFileSync('npm', ['install', '--offline', '--omit=optional', '--no-audit', '--no-fund'], {
    cwd,
    env,
    stdio: 'pipe',
  });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-qm', 'base');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('pre-commit', () => {
  beforeAll(() => {
    cpSync(path.join(examples, 'pre-commit-config.yaml'), file('.pre-commit-config.yaml'));
    git('add', '.pre-commit-config.yaml');
    expect(run(tool('prek'), 'validate-config', '.pre-commit-config.yaml')).toMatchObject({ code: 0 });
    expect(run(tool('prek'), 'install')).toMatchObject({ code: 0 });
    git('commit', '-qm', 'hooks');
  });
  afterAll(() => {
    git('reset', '-q', '--hard');
    run(tool('prek'), 'uninstall');
  });

  it('lets nothing through that is not in canonical form', () => {
    edit('plans/spring.otaplan', (plan) => plan.replace('retry 3 times', 'retry   3 times'));
    git('add', '.');
    const { code, said } = run('git', 'commit', '-qm', 'untidy');
    expect(code).toBe(1);
    expect(said).toContain('spring.otaplan');
  });
  it('lets no error through', () => {
    git('reset', '-q', '--hard');
    edit('plans/spring.otaplan', (plan) => plan.replace('retry 3 times', 'retry 9 times'));
    git('add', '.');
    const { code, said } = run('git', 'commit', '-qm', 'wrong');
    expect(code).toBe(1);
    expect(said).toContain('SEM024');
  });
  it('lets through what is right', () => {
    git('reset', '-q', '--hard');
    edit('plans/spring.otaplan', (plan) => plan.replace('retry 3 times', 'retry 2 times'));
    git('add', '.');
    expect(run('git', 'commit', '-qm', 'right').code).toBe(0);
  });
});

describe('git diff', () => {
  beforeAll(() => {
    git('config', 'diff.otaplan.textconv', file('examples/ci/textconv.sh'));
    cpSync(path.join(examples, 'gitattributes'), file('.gitattributes'));
  });
  afterAll(() => git('checkout', '-q', '--', 'plans'));
  it('shows no difference of layout, and what was said differently', () => {
    edit('plans/spring.otaplan', (plan) => plan.replace('  retry 2 times', '      retry    2    times'));
    expect(git('diff', '--', 'plans')).toBe('');
    edit('plans/spring.otaplan', (plan) => plan.replace('retry    2    times', 'retry 1 time'));
    expect(git('diff', '--', 'plans')).toMatch(/^-\s+retry 2 times\n\+\s+retry 1 time$/m);
  });
  it('shows a file as it is that cannot be read', () => {
    edit('plans/spring.otaplan', () => 'plan "x" {\n  surprise\n');
    expect(git('diff', '--', 'plans')).toContain('+  surprise');
  });
});

describe('git merge', () => {
  const list = 'plans/lists/berlin.csv';
  beforeAll(() => {
    writeFileSync(file('.gitattributes'), '*.csv merge=device-list\n');
    git('config', 'merge.device-list.driver', 'node examples/ci/merge-device-list.mjs %O %A %B');
    git('add', '.');
    git('commit', '-qm', 'attributes');
    git('branch', 'theirs');
  });

  it('of a device list that both sides made longer is no conflict', () => {
    appendFileSync(file(list), '866123040099001\n');
    git('commit', '-qam', 'ours');
    git('switch', '-q', 'theirs');
    appendFileSync(file(list), '866123040099019\n');
    const [gone = ''] = readFileSync(file(list), 'utf8').split('\n').slice(1);
    edit(list, (content) => content.replace(`${gone}\n`, ''));
    git('commit', '-qam', 'theirs');
    git('switch', '-q', 'main');
    git('merge', '-q', '--no-edit', 'theirs');
    const merged = readFileSync(file(list), 'utf8');
    expect(merged).toContain('866123040099001\n866123040099019\n');
    expect(merged).not.toContain(gone);
    expect(merged).not.toContain('<<<<');
  });
});

describe('GitLab', () => {
  const notes: { token: string | undefined; body: string }[] = [];
  let server: Server;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const token = request.headers['private-token'];
      notes.push({ token: typeof token === 'string' ? token : undefined, body: await text(request) });
      response.writeHead(201).end('{}');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    // The image is the runner's matter; here the shell runs the job, on the Node that there is.
    const job = readFileSync(path.join(examples, 'gitlab-ci.yml'), 'utf8').replace(/^ {2}image: .*\n/m, '');
    writeFileSync(file('.gitlab-ci.yml'), job);
    git('remote', 'add', 'origin', 'https://gitlab.example.com/meters/plans.git');
    git('add', '.');
    git('commit', '-qm', 'pipeline');
  });
  afterAll(() => void server.close());

  async function pipeline(): Promise<{ code: number; said: string }> {
    const { port } = server.address() as AddressInfo;
    const variables = {
      CI_PIPELINE_SOURCE: 'merge_request_event',
      CI_MERGE_REQUEST_DIFF_BASE_SHA: git('rev-parse', 'HEAD').trim(),
      CI_MERGE_REQUEST_IID: '7',
      CI_API_V4_URL: `http://127.0.0.1:${port}`,
      OTAPLAN_BOT_TOKEN: 'canary-of-a-token',
    };
    const given = Object.entries(variables).flatMap(([name, value]) => ['--variable', `${name}=${value}`]);
    const args = ['--no-color', ...given, 'plans'];
    try {
      const { stdout, stderr } = await promisify(execFile)(tool('gitlab-ci-local'), args, { cwd, env });
      return { code: 0, said: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, said: stdout + stderr };
    }
  }

  it('is told what changes, in a note and a report', async () => {
    edit('plans/spring.otaplan', (plan) => plan.replace('retry 2 times', 'retry 1 time'));
    const { code, said } = await pipeline();
    expect(said).toContain('Automatic retries: 2 → 1.');
    expect(code, said).toBe(0);
    const note = notes.at(-1);
    expect(note?.token).toBe('canary-of-a-token');
    expect(new URLSearchParams(note?.body).get('body')).toContain('Automatic retries: 2 → 1.');
    expect(said).not.toContain('canary');
  });

  it('stops at errors, after all has been told', async () => {
    const told = notes.length;
    edit('plans/spring.otaplan', (plan) => plan.replace('retry 1 time', 'retry 9 times'));
    const { code } = await pipeline();
    expect(code).toBe(1);
    expect(notes.length).toBe(told + 1);
  });
});
