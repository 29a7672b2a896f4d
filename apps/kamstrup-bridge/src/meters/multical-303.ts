import type { MeterProfile } from './profile.ts';

export const multical303 = {
  model: 'MULTICAL 303',
  parameters: ['energy', 'volume', 'power', 'flow', 'temp1', 'temp2', 'tempdiff', 'info'],
} as const satisfies MeterProfile;
