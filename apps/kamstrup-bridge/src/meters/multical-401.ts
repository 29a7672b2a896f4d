import type { MeterProfile } from './profile.ts';

export const multical401 = {
  model: 'MULTICAL 401',
  protocol: 'text',
  parameters: ['energy', 'volume', 'hourcounter', 'temp1', 'temp2', 'tempdiff', 'power', 'flow', 'info'],
} as const satisfies MeterProfile;
