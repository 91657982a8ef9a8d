import { describe, expect, it } from 'vitest';
import { networkPart } from '../../../src/controller/admission.js';
import { writeSettings } from '../../doubles/controller-world.js';
import { temporaryFolder } from '../../temporary-folder.js';

const text = '[network]\nnet = 192.0.2.0/24, 2001:db8::/32\nbad = 192.0.2.1/24\nnone = -\nempty =\n';

describe('networkPart', () => {
  it.each([
    ['NET', '192.0.2.200', true, undefined],
    ['NET', '192.0.3.1', false, 'Remote address 192.0.3.1 is not in defined networks'],
    ['NET', '::ffff:192.0.2.1', false, 'Remote address ::ffff:192.0.2.1 is not in defined networks'],
    ['NET', '', false, "Remote address is malformed: '' does not appear to be an IPv4 or IPv6 address"],
    ['NET', 'x', false, "Remote address is malformed: 'x' does not appear to be an IPv4 or IPv6 address"],
    ['BAD', '192.0.2.1', false, 'Project has malformed networks defined: 192.0.2.1/24 has host bits set'],
    ['NONE', '192.0.2.1', true, 'No network defined for project'],
    ['EMPTY', '192.0.2.1', true, 'No network defined for project'],
    ['ABSENT', '192.0.2.1', true, 'No network defined for project'],
  ])('of project %s for %j', async (project, address, ok, message) => {
    const settings = await writeSettings(temporaryFolder(), text);
    expect(networkPart(settings, project, address)).toEqual(message === undefined ? { ok } : { ok, message });
  });
});
