import type { MeterProfile } from './profile.ts';

export const multical403 = {
  model: 'MULTICAL 403',
  parameters: ['energy', 'volume', 'power', 'flow', 'temp1', 'temp2', 'tempdiff', 'info'],
} as const satisfies MeterProfile;
