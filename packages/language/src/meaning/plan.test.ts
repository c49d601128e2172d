import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { fuzzSources } from '../incremental/fuzz-sources.ts';
import { Project } from '../incremental/project.ts';
import { emptyWorld } from '../world.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

it('keeps no tree of a plan that was looked at once more after its check', async () => {
  const project = new Project(emptyWorld(Date.UTC(2026, 10, 24, 10)));
  for (const [uri, text] of fuzzSources) project.set(uri, text);
  project.result();
  const { workspace } = project;
  const names = workspace.plans().map(({ upgrades, node }) => [upgrades.length, node.name]);
  const looks = workspace.plans().map((plan) => {
    // Who looks twice sees the same tree.
    expect(plan.upgrades[0]?.node.$container).toBe(plan.node);
    return new WeakRef(plan.node);
  });
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  // Plans that accept warnings keep their statements.
  expect(looks.filter((look) => look.deref() === undefined).length).toBeGreaterThan(0);
  expect(workspace.plans().map(({ upgrades, node }) => [upgrades.length, node.name])).toEqual(names);
});
