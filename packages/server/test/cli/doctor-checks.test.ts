import { describe, expect, it } from 'vitest';
import { checkCores, checkMemory, checkNode } from '../../src/cli/doctor-checks/machine.js';

describe('checks of the machine', () => {
  it('refuse an older Node.js than the package asks for', () => {
    expect(checkNode('20.18.3')).toMatchObject({
      state: 'failed',
      remedy: expect.stringContaining('20.19') as string,
    });
    expect(checkNode('20.19.0').state).toBe('ok');
    expect(checkNode('24.1.0').state).toBe('ok');
  });

  it('warn of more processes than cores', () => {
    expect(checkCores({ workers: 3 }, 2)).toMatchObject({ state: 'warning', remedy: 'Set --workers 2.' });
    expect(checkCores({ workers: 2 }, 2).state).toBe('ok');
  });

  it('refuse more processes than fit into memory, and say how many do', () => {
    expect(checkMemory({ workers: 4 }, 1.2e9)).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(
        /^1\.2 GB of memory free, and 4 inference processes need \d\.\d GB$/,
      ) as string,
      remedy: expect.stringMatching(/set --workers 2\.$/) as string,
    });
    expect(checkMemory({ workers: 1 }, 0.1e9)).toMatchObject({
      state: 'failed',
      remedy: 'Close other programs or add memory.',
    });
    expect(checkMemory({ workers: 4 }, 16e9).state).toBe('ok');
  });
});
