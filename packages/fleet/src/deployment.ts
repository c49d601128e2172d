import type { Failure, PlanOverview, ProblemName, VersionPackage } from '@otaplan/client';
import {
  comparePlans,
  isOver,
  onlyTextsChange,
  type Plan,
  type PlanComponent,
  type PlanStatus,
  planStatusNames,
} from '@otaplan/model';
import type {
  Command,
  DeployRequest,
  DeployResult,
  DeployState,
  Event,
  Next,
  PackageIdentity,
  Refusal,
  Step,
} from './deployment-state.ts';

/**
 * The deployment of one plan as a pure reducer: events in, commands out, nothing else. Every step looks before it acts and can be
 * repeated, so that a deployment that was killed anywhere finishes when it is run again, and never makes anything twice.
 */

const mostRounds = 8;

/** The first state of a deployment and its first command. */
export function startDeployment(request: DeployRequest): Next {
  const state: DeployState = {
    request,
    looked: false,
    queue: request.plan.components,
    awaiting: null,
    plan: null,
    packageTouched: false,
    nameTaken: false,
    saved: null,
    tried: null,
    activated: false,
    unknown: null,
    rounds: 0,
    steps: [],
    result: null,
  };
  return ask(state, { do: 'findPlan', name: request.plan.name });
}

/** What an event leads to. Pure; an event after the result changes nothing. */
export function deploymentStep(before: DeployState, event: Event): Next {
  if (before.result || !before.awaiting) return [before, []];
  if (event.kind === 'failed') return onFailure(before, before.awaiting, event.failure);
  const state = { ...before, unknown: null };
  switch (event.kind) {
    case 'package':
      return onPackage(state, event.found);
    case 'plan':
      return onPlan(state, before.awaiting, event.found);
    case 'document':
      return onDocument(state, event.plan);
  }
}

function ask(state: DeployState, command: Command): Next {
  return [{ ...state, awaiting: command }, [command]];
}
function finish(state: DeployState, result: DeployResult): Next {
  return [{ ...state, awaiting: null, result }, []];
}
function refuse(state: DeployState, refusal: Refusal): Next {
  return finish(state, { kind: 'refused', refusal, steps: state.steps });
}
function withStep(state: DeployState, step: Step): DeployState {
  return { ...state, steps: [...state.steps, step] };
}
/** Looks again; gives up with the failure when it has looked too often. */
function lookAgain(state: DeployState, failure: Failure, command: Command): Next {
  if (state.rounds >= mostRounds) return finish(state, { kind: 'failed', failure, steps: state.steps });
  const unknown = failure.kind === 'outcomeUnknown' ? failure : state.unknown;
  return ask({ ...state, unknown, rounds: state.rounds + 1 }, command);
}

// Packages

function identityOf(component: PlanComponent): PackageIdentity {
  return {
    type: component.type,
    version: component.target,
    sourceVersion: component.mode === 'delta' ? (component.sources[0] ?? null) : null,
  };
}

function nextPackage(state: DeployState): Next {
  const [component] = state.queue;
  return component
    ? ask({ ...state, packageTouched: false, nameTaken: false }, { do: 'findPackage', wanted: identityOf(component) })
    : ask(state, { do: 'findPlan', name: state.request.plan.name });
}

function packageDone(state: DeployState, how: 'uploaded' | 'present' | 'wouldUpload', name: string): Next {
  const known = state.steps.some((step) => step.what === 'package' && step.name === name);
  const next = known ? state : withStep(state, { what: 'package', name, how });
  return nextPackage({ ...next, queue: state.queue.slice(1) });
}

function onPackage(state: DeployState, found: VersionPackage | null): Next {
  const [component] = state.queue;
  if (!component) return [state, []];
  const content = component.package;
  if (found === null) {
    if (content === null) return refuse(state, { why: 'packageMissing', wanted: identityOf(component) });
    const source = state.request.sources.get(content.name);
    const lacking = content.files.find((file) => !source?.files.some((local) => local.name === file.name));
    if (!source || lacking) {
      return refuse(state, { why: 'packageFilesMissing', name: content.name, file: lacking?.name ?? content.name });
    }
    if (state.request.dryRun) return packageDone(state, 'wouldUpload', content.name);
    const digests = content.files.map((file) => file.sha256).join('+');
    // A key outlives a package that was deleted: the second try must not be answered with the first one's reply.
    const key = `package:${digests}:${content.version}:${content.sourceVersion ?? ''}${state.rounds > 0 ? `:${state.request.nonce}${state.rounds}` : ''}`;
    return ask({ ...state, packageTouched: true }, { do: 'createPackage', content, source, key: shorten(key) });
  }
  const differing = content?.files.find((file) => {
    const there = found.files.find((other) => other.name === file.name);
    return !there || (file.sha256 !== null && file.sha256 !== there.sha256);
  });
  if (content && (differing || found.files.length !== content.files.length)) {
    return refuse(state, { why: 'packageDiffers', name: found.name, file: differing?.name ?? content.name });
  }
  if (found.complete) return packageDone(state, state.packageTouched ? 'uploaded' : 'present', found.name);
  const missing = found.files.find((file) => !file.uploaded);
  const source = content ? state.request.sources.get(content.name) : undefined;
  const file = source?.files.find((local) => local.name === missing?.name && local.sha256 === missing.sha256);
  const repeated = state.awaiting?.do === 'uploadFile' && state.awaiting.file.name === missing?.name;
  if (!missing || !file || repeated) {
    return refuse(state, { why: 'packageFilesMissing', name: found.name, file: missing?.name ?? found.name });
  }
  if (state.request.dryRun) return packageDone(state, 'wouldUpload', found.name);
  return ask({ ...state, packageTouched: true }, { do: 'uploadFile', packageId: found.id, file });
}

/** Idempotency keys have at most 255 characters. */
function shorten(key: string): string {
  return key.length <= 250 ? key : `${key.slice(0, 120)}…${key.slice(-120)}`.replace('…', '--');
}

// The plan

function onPlan(state: DeployState, command: Command, found: PlanOverview | null): Next {
  switch (command.do) {
    case 'createPlan':
      // A reply to a key may be older than the plan's deletion: only what is found by name counts.
      return ask({ ...state, saved: 'created' }, { do: 'findPlan', name: state.request.plan.name });
    case 'updatePlan':
      return decide({ ...state, saved: 'updated', plan: found });
    case 'updateTexts':
      return decide({ ...state, saved: 'textsUpdated', plan: found });
    case 'activate':
      return decide({ ...state, activated: true, plan: found });
    default:
      return decide({ ...state, plan: found });
  }
}

function statusOf(overview: PlanOverview): PlanStatus | null {
  return planStatusNames.find((status) => status === overview.plan.status) ?? null;
}

/** What to do, from what Developer Center has now. */
function decide(state: DeployState): Next {
  const { request, plan: deployed } = state;
  const { plan } = request;
  // Without a preview, what is found first is what counts as seen.
  const seen = request.seen ?? (deployed === null ? 'none' : { revision: deployed.plan.revision });
  if (deployed === null) {
    if (seen !== 'none') return refuse(state, { why: 'stale' });
    return afterPackages(state, seen, create);
  }
  const status = statusOf(deployed);
  if (deployed.plan.digest === plan.digest) {
    return status === 'inactivated' ? afterPackages(state, seen, unchanged) : unchanged(state);
  }
  if (deployed.plan.product !== plan.product)
    return refuse(state, { why: 'otherProduct', product: deployed.plan.product });
  if (status !== null && isOver(status)) return refuse(state, { why: 'over', status: deployed.plan.status });
  // Saved and then changed by somebody else, or not what the person confirmed.
  if (state.saved !== null || seen === 'none' || seen.revision !== deployed.plan.revision) {
    return refuse(state, { why: 'stale' });
  }
  if (status === 'inactivated') return afterPackages(state, seen, update);
  if (plan.mode.kind === 'manual') return ask(state, { do: 'readDocument', planId: deployed.plan.id });
  return refuse(state, { why: 'frozen', status: deployed.plan.status });
}

/** Goes on with `then` once the packages are there; what was seen of the plan holds until then. */
function afterPackages(state: DeployState, seen: DeployRequest['seen'], then: (state: DeployState) => Next): Next {
  if (state.looked) return then(state);
  const request = seen === undefined ? state.request : { ...state.request, seen };
  return nextPackage({ ...state, looked: true, request });
}

function create(state: DeployState): Next {
  const { request } = state;
  if (request.dryRun) return decided(withStep(state, { what: 'plan', how: 'wouldCreate' }), true);
  if (state.rounds >= mostRounds) return refuse(state, { why: 'stale' });
  // A key outlives a plan that was deleted: a second try must not be answered with the first one's reply.
  const key = `plan:${request.plan.digest}${state.rounds > 0 ? `:${request.nonce}${state.rounds}` : ''}`;
  return ask({ ...state, rounds: state.rounds + 1 }, { do: 'createPlan', plan: request.plan, key });
}

function update(state: DeployState): Next {
  const { request, plan: deployed } = state;
  if (request.dryRun || deployed === null) return decided(withStep(state, { what: 'plan', how: 'wouldUpdate' }), true);
  const { id: planId, revision } = deployed.plan;
  return ask(state, { do: 'updatePlan', planId, revision, plan: request.plan });
}

function unchanged(state: DeployState): Next {
  const said = state.steps.some((step) => step.what === 'plan');
  const how = state.saved ?? state.tried ?? 'unchanged';
  return decided(said ? state : withStep(state, { what: 'plan', how }), state.plan?.plan.status === 'inactivated');
}

/** An activated plan is frozen except for its manual texts. */
function onDocument(state: DeployState, document: Plan): Next {
  const { plan, dryRun } = state.request;
  const deployed = state.plan;
  if (!deployed || plan.mode.kind !== 'manual' || !onlyTextsChange(comparePlans(document, plan))) {
    return refuse(state, { why: 'frozen', status: deployed?.plan.status ?? '' });
  }
  if (dryRun) return decided(withStep(state, { what: 'plan', how: 'wouldUpdateTexts' }), false);
  const { id: planId, revision } = deployed.plan;
  return ask(state, { do: 'updateTexts', planId, revision, texts: plan.mode.texts });
}

/** The plan is as wanted (or would be). */
function decided(state: DeployState, inactivated: boolean): Next {
  const { request, plan } = state;
  const done = (final: DeployState) => finish(final, { kind: 'done', plan, steps: final.steps });
  if (!request.activate) return done(state);
  if (!inactivated) {
    return done(withStep(state, { what: 'activation', how: state.activated ? 'activated' : 'alreadyActivated' }));
  }
  if (request.dryRun || plan === null) return done(withStep(state, { what: 'activation', how: 'wouldActivate' }));
  if (state.rounds >= mostRounds) return refuse(state, { why: 'stale' });
  const command: Command = { do: 'activate', planId: plan.plan.id, revision: plan.plan.revision };
  return ask({ ...state, rounds: state.rounds + 1 }, command);
}

// Failures

function onFailure(state: DeployState, command: Command, failure: Failure): Next {
  const problem: ProblemName | null = failure.kind === 'problem' ? failure.name : null;
  const findPlan: Command = { do: 'findPlan', name: state.request.plan.name };
  const [component] = state.queue;
  const findPackage: Command | null = component ? { do: 'findPackage', wanted: identityOf(component) } : null;
  switch (command.do) {
    case 'createPackage':
      if (problem === 'name-taken') {
        if (state.nameTaken || !findPackage)
          return refuse(state, { why: 'packageNameTaken', name: command.content.name });
        return lookAgain({ ...state, nameTaken: true, packageTouched: false }, failure, findPackage);
      }
      if (findPackage && problem === 'package-exists') {
        return lookAgain({ ...state, packageTouched: false }, failure, findPackage);
      }
      if (findPackage && failure.kind === 'outcomeUnknown') return lookAgain(state, failure, findPackage);
      break;
    case 'uploadFile':
      if (findPackage && (problem === 'not-found' || failure.kind === 'outcomeUnknown')) {
        return lookAgain(state, failure, findPackage);
      }
      break;
    case 'createPlan':
      if (problem === 'name-taken') return lookAgain(state, failure, findPlan);
      if (failure.kind === 'outcomeUnknown') return lookAgain({ ...state, tried: 'created' }, failure, findPlan);
      break;
    case 'updatePlan':
    case 'updateTexts':
      // Another deployment may have saved the very same; or changed it, which the next look tells.
      if (problem === 'stale' || problem === 'plan-frozen' || problem === 'not-found' || problem === 'wrong-status') {
        return lookAgain(staleFrom(state, command.revision), failure, findPlan);
      }
      if (failure.kind === 'outcomeUnknown') {
        const tried = command.do === 'updatePlan' ? 'updated' : 'textsUpdated';
        return lookAgain({ ...state, tried }, failure, findPlan);
      }
      break;
    case 'activate':
      if (problem === 'stale' || problem === 'wrong-status' || problem === 'not-found') {
        return lookAgain(state, failure, findPlan);
      }
      if (failure.kind === 'outcomeUnknown') return lookAgain({ ...state, activated: true }, failure, findPlan);
      break;
    case 'findPackage':
    case 'findPlan':
    case 'readDocument':
      break;
  }
  if (failure.kind === 'problem') return refuse(state, { why: 'problem', failure });
  // Whoever cannot look does not know more than before.
  return finish(state, { kind: 'failed', failure: state.unknown ?? failure, steps: state.steps });
}

/** From now on only the revision that was tried counts as seen: what comes after it is somebody else's. */
function staleFrom(state: DeployState, revision: number): DeployState {
  return { ...state, request: { ...state.request, seen: { revision } } };
}
