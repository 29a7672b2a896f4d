import type { MeterProfile } from './profile.ts';

export const multical601 = {
  model: 'MULTICAL 601',
  parameters: ['energy', 'volume', 'power', 'flow', 'temp1', 'temp2', 'tempdiff', 'info'],
} as const satisfies MeterProfile;
