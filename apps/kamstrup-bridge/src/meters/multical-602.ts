import type { MeterProfile } from './profile.ts';

export const multical602 = {
  model: 'MULTICAL 602',
  parameters: ['energy', 'volume', 'power', 'flow', 'temp1', 'temp2', 'tempdiff', 'info'],
} as const satisfies MeterProfile;
