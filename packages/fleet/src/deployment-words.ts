import { sayFailure } from '@otaplan/client';
import { planStatuses, statusLabel } from '@otaplan/model';
import type { PackageIdentity, Refusal, Step } from './deployment-state.ts';

/** Why a deployment was refused and what to do, in one or two sentences. */
export function sayRefusal(refusal: Refusal): string {
  switch (refusal.why) {
    case 'packageDiffers':
      return `Package “${refusal.name}” at Developer Center has another content (${refusal.file}). A package cannot be changed: give the new content a new version.`;
    case 'packageMissing':
      return `No ${sayPackage(refusal.wanted)} is at Developer Center and no file declares one. Declare the package, or upload it first.`;
    case 'packageFilesMissing':
      return `Package “${refusal.name}” lacks the file ${refusal.file}, which is not at hand. Put it where its declaration says.`;
    case 'packageNameTaken':
      return `The package name “${refusal.name}” is taken in this account by a package of another version. Choose another name.`;
    case 'frozen':
      return `The plan is ${statusLabel(planStatuses, refusal.status)} and therefore frozen. Make a successor: a plan with another name and the changes.`;
    case 'over':
      return `The plan is over (${statusLabel(planStatuses, refusal.status)}). Make a successor: a plan with another name.`;
    case 'stale':
      return 'The plan was changed at Developer Center since it was read. Look at the difference again, then repeat.';
    case 'otherProduct':
      return `A plan of this name exists for product ${refusal.product}; the product of a plan is fixed. Choose another name.`;
    case 'problem':
      return sayFailure(refusal.failure);
  }
}

/** A step in words. */
export function sayStep(step: Step): string {
  switch (step.what) {
    case 'package':
      if (step.how === 'present') return `Package “${step.name}” is already at Developer Center.`;
      return step.how === 'uploaded' ? `Package “${step.name}” uploaded.` : `Package “${step.name}” would be uploaded.`;
    case 'plan':
      return planWords[step.how];
    case 'activation':
      if (step.how === 'alreadyActivated') return 'The plan was activated before.';
      return step.how === 'activated' ? 'Plan activated.' : 'The plan would be activated.';
  }
}

const planWords: Readonly<Record<Extract<Step, { what: 'plan' }>['how'], string>> = {
  created: 'Plan created.',
  updated: 'Plan updated.',
  unchanged: 'The plan is unchanged.',
  textsUpdated: 'Texts for end users updated.',
  wouldCreate: 'The plan would be created.',
  wouldUpdate: 'The plan would be updated.',
  wouldUpdateTexts: 'The texts for end users would be updated.',
};

function sayPackage(wanted: PackageIdentity): string {
  const kind = wanted.sourceVersion === null ? 'full package' : `delta package from ${wanted.sourceVersion}`;
  return `${kind} of ${wanted.type} ${wanted.version}`;
}
