#!/usr/bin/env node
import { runService } from '@meterbridge/core/runtime';
import { commands } from './commands.ts';
import { config, example } from './config.ts';
import { configSender } from './sender.ts';
import { stateMessage } from './status.ts';

await runService({
  name: 'kpm33b-config-sender',
  summary: 'Sends upload intervals to Compere KPM33B meters, and checks that they are taken.',
  config,
  example,
  service: configSender,
  state: stateMessage,
  commands,
});
