import type { Failure, PlanOverview, ProblemName, VersionPackage } from '@otaplan/client';
import { type Plan, singleWave, withDigest } from '@otaplan/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deploymentStep, startDeployment } from './deployment.ts';
import type { Command, DeployRequest, DeployResult, DeployState, Event } from './deployment-state.ts';

const digest = (letter: string) => letter.repeat(64);
function plan(change: Partial<Plan> = {}): Plan {
  return withDigest({
    name: 'Spring',
    product: 'p1',
    effective: {
      start: '2026-12-01T00:00',
      end: '2026-12-15T23:59',
      zone: 'UTC',
      startUtc: '2026-12-01T00:00:00Z',
      endUtc: '2026-12-15T23:59:00Z',
    },
    targets: { all: false, include: ['A001'], exclude: [], count: 1 },
    components: [
      {
        component: 'modem',
        type: 'module',
        identifier: 'FOTA',
        mode: 'full',
        target: '2.4.0',
        sources: [],
        versions: null,
        package: {
          name: 'Modem 2.4.0',
          type: 'module',
          version: '2.4.0',
          sourceVersion: null,
          files: [
            { name: 'a.bin', sha256: digest('a') },
            { name: 'b.bin', sha256: digest('b') },
          ],
        },
      },
    ],
    mode: { kind: 'silent', push: 'any', afterRejectionMinutes: 120 },
    conditions: { batteryPercent: 30, signalDbm: -113 },
    retry: 5,
    waves: singleWave,
    allow: [],
    ...change,
  });
}
function request(change: Partial<DeployRequest> = {}): DeployRequest {
  const files = ['a', 'b'].map((letter) => ({
    name: `${letter}.bin`,
    path: `/x/${letter}.bin`,
    size: 1,
    sha256: digest(letter),
  }));
  const sources = new Map([['Modem 2.4.0', { remarks: '', files }]]);
  return { plan: plan(), sources, activate: true, dryRun: false, nonce: 'n', ...change };
}

/** Developer Center as far as a deployment touches it, by its rules: unique names, revisions, keys, statuses. */
function developerCenter() {
  const plans = new Map<string, { id: string; plan: Plan; status: string; revision: number }>();
  const packages: VersionPackage[] = [];
  const replies = new Map<string, Event>();
  let ids = 0;
  const log: string[] = [];
  const problem = (name: ProblemName): Event => {
    const document = { type: name, title: name, status: 409 };
    return { kind: 'failed', failure: { kind: 'problem', server: 's', name, document } };
  };
  const overview = (stored: { id: string; plan: Plan; status: string; revision: number }): PlanOverview =>
    ({
      plan: {
        id: stored.id,
        name: stored.plan.name,
        product: stored.plan.product,
        status: stored.status,
        digest: stored.plan.digest,
        revision: stored.revision,
      },
      devices: {},
      successRate: null,
    }) as unknown as PlanOverview;
  const byId = (id: string) => [...plans.values()].find((stored) => stored.id === id);
  function once(key: string, make: () => Event): Event {
    const known = replies.get(key);
    if (known) return known;
    const made = make();
    if (made.kind !== 'failed') replies.set(key, made);
    return made;
  }
  function run(command: Command): Event {
    switch (command.do) {
      case 'findPackage': {
        const { type, version, sourceVersion } = command.wanted;
        const found = packages.find(
          (p) => p.type === type && p.version === version && p.sourceVersion === sourceVersion,
        );
        return { kind: 'package', found: found ? structuredClone(found) : null };
      }
      case 'createPackage':
        return once(command.key, () => {
          const { content } = command;
          if (packages.some((p) => p.name === content.name)) return problem('name-taken');
          const files = command.source.files.map((file) => ({
            name: file.name,
            size: file.size,
            sha256: file.sha256,
            md5: null,
            crc32: null,
            uploaded: false,
          }));
          const made = {
            ...content,
            id: `k${++ids}`,
            remarks: '',
            files,
            complete: false,
            verification: '',
            createdAt: '',
          };
          packages.push(made);
          log.push('createPackage');
          return { kind: 'package', found: structuredClone(made) };
        });
      case 'uploadFile': {
        const index = packages.findIndex((p) => p.id === command.packageId);
        const found = packages[index];
        if (!found) return problem('not-found');
        const files = found.files.map((file) => (file.name === command.file.name ? { ...file, uploaded: true } : file));
        packages[index] = { ...found, files, complete: files.every((file) => file.uploaded) };
        log.push('uploadFile');
        return { kind: 'package', found: structuredClone(packages[index]) };
      }
      case 'findPlan': {
        const stored = plans.get(command.name);
        return { kind: 'plan', found: stored ? overview(stored) : null };
      }
      case 'readDocument': {
        const stored = byId(command.planId);
        return stored ? { kind: 'document', plan: stored.plan } : problem('not-found');
      }
      case 'createPlan':
        return once(command.key, () => {
          if (plans.has(command.plan.name)) return problem('name-taken');
          const stored = { id: `p${++ids}`, plan: command.plan, status: 'inactivated', revision: 1 };
          plans.set(command.plan.name, stored);
          log.push('createPlan');
          return { kind: 'plan', found: overview(stored) };
        });
      case 'updatePlan':
      case 'updateTexts': {
        const stored = byId(command.planId);
        if (!stored) return problem('not-found');
        if (stored.revision !== command.revision) return problem('stale');
        if (command.do === 'updatePlan' && stored.status !== 'inactivated') return problem('plan-frozen');
        stored.plan =
          command.do === 'updatePlan'
            ? command.plan
            : withDigest({ ...stored.plan, mode: { kind: 'manual', push: 'any', texts: command.texts } });
        stored.revision++;
        log.push(command.do);
        return { kind: 'plan', found: overview(stored) };
      }
      case 'activate': {
        const stored = byId(command.planId);
        if (!stored) return problem('not-found');
        if (stored.status !== 'inactivated') return problem('wrong-status');
        if (stored.revision !== command.revision) return problem('stale');
        if (packages.some((p) => !p.complete)) return problem('package-incomplete');
        stored.status = 'toBeUpgraded';
        stored.revision++;
        log.push('activate');
        return { kind: 'plan', found: overview(stored) };
      }
    }
  }
  return { plans, packages, log, run };
}
type World = ReturnType<typeof developerCenter>;

function finish(world: World, wanted: DeployRequest): DeployResult {
  let [state, commands] = startDeployment(wanted);
  for (let i = 0; i < 100 && !state.result; i++) {
    const [command] = commands;
    if (!command) throw new Error('stuck');
    [state, commands] = deploymentStep(state, world.run(command));
  }
  if (!state.result) throw new Error('It does not end.');
  return state.result;
}
const lost: Failure = { kind: 'outcomeUnknown', server: 's', call: 'c', cause: 'x' };

describe('a deployment', () => {
  it('uploads, creates and activates, and then has nothing to do', () => {
    const world = developerCenter();
    expect(finish(world, request())).toMatchObject({
      kind: 'done',
      steps: [
        { what: 'package', how: 'uploaded' },
        { what: 'plan', how: 'created' },
        { what: 'activation', how: 'activated' },
      ],
    });
    const done = [...world.log];
    expect(finish(world, request())).toMatchObject({
      kind: 'done',
      steps: [
        { what: 'plan', how: 'unchanged' },
        { what: 'activation', how: 'alreadyActivated' },
      ],
    });
    expect(world.log).toEqual(done);
  });
  it('updates an inactivated plan, and refuses a frozen one before it uploads anything', () => {
    const world = developerCenter();
    finish(world, request({ activate: false }));
    const changed = request({ plan: plan({ retry: 1 }) });
    expect(finish(world, changed)).toMatchObject({
      kind: 'done',
      steps: [{}, { how: 'updated' }, { how: 'activated' }],
    });
    const [component] = plan().components;
    if (!component?.package) throw new Error('fixture');
    const newer = { ...component, target: '3.0.0', package: { ...component.package, name: 'M3', version: '3.0.0' } };
    const before = [...world.log];
    expect(finish(world, request({ plan: plan({ components: [newer] }) }))).toMatchObject({
      kind: 'refused',
      refusal: { why: 'frozen', status: 'toBeUpgraded' },
    });
    expect(world.log).toEqual(before);
  });
  it('changes the texts of an activated manual plan', () => {
    const world = developerCenter();
    const manual = (en: string) => request({ plan: plan({ mode: { kind: 'manual', push: 'any', texts: { en } } }) });
    finish(world, manual('Soon'));
    expect(finish(world, manual('Now'))).toMatchObject({
      kind: 'done',
      steps: [{ how: 'textsUpdated' }, { how: 'alreadyActivated' }],
    });
  });
  it('is refused as stale when the plan is not the one that was previewed', () => {
    const world = developerCenter();
    finish(world, request({ activate: false }));
    const changed = plan({ retry: 1 });
    expect(finish(world, request({ plan: changed, seen: { revision: 7 } }))).toMatchObject({
      refusal: { why: 'stale' },
    });
    expect(finish(world, request({ plan: changed, seen: 'none' }))).toMatchObject({ refusal: { why: 'stale' } });
    expect(finish(developerCenter(), request({ seen: { revision: 7 } }))).toMatchObject({ refusal: { why: 'stale' } });
    expect(finish(world, request({ plan: changed, seen: { revision: 1 } })).kind).toBe('done');
  });
  it('refuses another content under a known version, and a package that is nowhere', () => {
    const world = developerCenter();
    finish(world, request({ activate: false }));
    const [component] = plan().components;
    if (!component?.package) throw new Error('fixture');
    const files = [
      { name: 'a.bin', sha256: digest('f') },
      { name: 'b.bin', sha256: digest('b') },
    ];
    const other = plan({ components: [{ ...component, package: { ...component.package, files } }] });
    expect(finish(world, request({ plan: other }))).toMatchObject({
      refusal: { why: 'packageDiffers', file: 'a.bin' },
    });
    const nowhere = plan({ components: [{ ...component, package: null }] });
    expect(finish(developerCenter(), request({ plan: nowhere }))).toMatchObject({ refusal: { why: 'packageMissing' } });
  });
  it('is not fooled by the reply to an old key after plan and package were deleted', () => {
    const world = developerCenter();
    finish(world, request({ activate: false }));
    world.plans.clear();
    world.packages.length = 0;
    expect(finish(world, request()).kind).toBe('done');
    expect(world.plans.size).toBe(1);
    expect(world.packages).toHaveLength(1);
  });
  it('says that the outcome is not known when a reply was lost and nobody can look any more', () => {
    for (const write of ['createPackage', 'createPlan', 'activate']) {
      const world = developerCenter();
      let gone = false;
      const failing: World = {
        ...world,
        run(command) {
          if (gone) return { kind: 'failed', failure: { kind: 'unreachable', server: 's', cause: 'it is gone' } };
          gone = command.do === write;
          return gone ? { kind: 'failed', failure: lost } : world.run(command);
        },
      };
      expect(finish(failing, request())).toMatchObject({ kind: 'failed', failure: lost });
    }
  });
  it('does nothing when it only looks', () => {
    const world = developerCenter();
    expect(finish(world, request({ dryRun: true }))).toMatchObject({
      kind: 'done',
      steps: [{ how: 'wouldUpload' }, { how: 'wouldCreate' }, { how: 'wouldActivate' }],
    });
    expect(world.log).toEqual([]);
  });

  /** One turn of a run: carried out; carried out and the reply lost; lost before it arrived; or the program killed after it. */
  const turn = fc.record({
    who: fc.nat({ max: 1 }),
    fate: fc.constantFrom('fine', 'fine', 'replyLost', 'notSent', 'killed'),
  });
  it('makes one plan and one package, whatever two deployments and any kills and losses do in any order', () => {
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 60 }), (turns) => {
        const world = developerCenter();
        const requests = [request({ nonce: 'x' }), request({ nonce: 'y' })];
        const running: ([DeployState, readonly Command[]] | null)[] = [null, null];
        for (const { who, fate } of turns) {
          const wanted = requests[who];
          if (!wanted) continue;
          const [state, commands] = running[who] ?? startDeployment(wanted);
          const [command] = commands;
          if (!command || state.result) {
            running[who] = null;
            continue;
          }
          const event = fate === 'notSent' ? null : world.run(command);
          const seen: Event = event === null || fate === 'replyLost' ? { kind: 'failed', failure: lost } : event;
          const [next, more] = deploymentStep(state, seen);
          running[who] = fate === 'killed' ? null : [next, more];
        }
        for (const wanted of requests) expect(finish(world, wanted).kind).toBe('done');
        expect(world.log.filter((entry) => entry === 'createPlan')).toHaveLength(1);
        expect(world.log.filter((entry) => entry === 'createPackage')).toHaveLength(1);
        expect(world.log.filter((entry) => entry === 'activate')).toHaveLength(1);
        expect([...world.plans.values()]).toMatchObject([{ status: 'toBeUpgraded', plan: { digest: plan().digest } }]);
      }),
      { numRuns: 1000 },
    );
  });
  it('always ends, also when every reply is lost', () => {
    for (const fate of ['before', 'after'] as const) {
      const world = developerCenter();
      let [state, commands] = startDeployment(request());
      for (let i = 0; i < 200 && !state.result; i++) {
        const [command] = commands;
        if (!command) break;
        const writes = !command.do.startsWith('find');
        const event = writes && fate === 'before' ? null : world.run(command);
        [state, commands] = deploymentStep(state, event === null || writes ? { kind: 'failed', failure: lost } : event);
      }
      expect(state.result?.kind).toBe(fate === 'after' ? 'done' : 'failed');
    }
  });
});
