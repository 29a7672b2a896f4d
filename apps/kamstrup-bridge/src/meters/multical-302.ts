import type { MeterProfile } from './profile.ts';

export const multical302 = {
  model: 'MULTICAL 302',
  parameters: ['energy', 'volume', 'power', 'flow', 'temp1', 'temp2', 'tempdiff', 'info'],
} as const satisfies MeterProfile;
