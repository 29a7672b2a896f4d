import type { MeterProfile } from './profile.ts';

export const multical402 = {
  model: 'MULTICAL 402',
  parameters: ['energy', 'volume', 'power', 'flow', 'temp1', 'temp2', 'tempdiff', 'info'],
} as const satisfies MeterProfile;
