#!/usr/bin/env node
import { runService } from '@meterbridge/core/runtime';
import { commands } from './commands.ts';
import { config, example } from './config.ts';
import { proxy } from './proxy.ts';
import { stateMessage } from './status.ts';

await runService({
  name: 'kpm33b-proxy',
  summary: 'Passes on what Compere KPM33B meters publish, from their own broker to the one of the house.',
  config,
  example,
  service: proxy,
  state: stateMessage,
  wantedReceiveMaximum: 200,
  commands,
});
