import type { MeterProfile } from './profile.ts';

export const multical3 = {
  model: 'MULTICAL III',
  protocol: 'text',
  parameters: ['energy', 'volume', 'hourcounter', 'temp1', 'temp2', 'tempdiff', 'power', 'flow', 'info'],
} as const satisfies MeterProfile;
