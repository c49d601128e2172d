import { describe, expect, it } from 'vitest';
import { actionsFor, componentLook, deviceWords, planLook, planWords } from './status-looks.ts';

describe('looks of statuses', () => {
  it('has the model’s words', () => {
    expect(planWords('toBeUpgraded')).toBe('To be Upgraded');
    expect(deviceWords('noUpdateRequired')).toBe('No Update Required');
  });
  it('shows a status that it does not know as itself, with nothing to do', () => {
    expect(planWords('paused-by-moon')).toBe('paused-by-moon');
    expect(planLook('paused-by-moon').icon).toBe('question');
    expect(componentLook('toString').icon).toBe('question');
    expect(actionsFor('paused-by-moon')).toEqual([]);
  });
  it('offers the console’s actions', () => {
    expect(actionsFor('inactivated')).toEqual(['activate', 'delete']);
    expect(actionsFor('suspended')).toEqual(['resume', 'terminate']);
  });
});
