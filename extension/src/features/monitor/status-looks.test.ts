import { describe, expect, it } from 'vitest';
import { actionsFor, componentLook, planLook } from './status-looks.ts';

describe('looks of statuses', () => {
  it('shows a status that it does not know as itself, with nothing to do', () => {
    expect(planLook('paused-by-moon').icon).toBe('question');
    expect(componentLook('toString').icon).toBe('question');
    expect(actionsFor('paused-by-moon')).toEqual([]);
  });
  it('offers the console’s actions', () => {
    expect(actionsFor('inactivated')).toEqual(['activate', 'delete']);
    expect(actionsFor('suspended')).toEqual(['resume', 'terminate']);
  });
});
