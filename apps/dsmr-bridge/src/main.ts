#!/usr/bin/env node
import { runBridge } from '@meterbridge/core/runtime';
import { commands } from './commands.ts';
import { config, example } from './config.ts';
import { readAll } from './read-all.ts';
import { source } from './source.ts';

await runBridge({
  name: 'dsmr-bridge',
  summary: 'Reads DSMR and ESMR meters on their P1 port and publishes to MQTT.',
  config,
  example,
  entries: ({ meters }) => meters,
  source,
  readOptions: [readAll],
  commands,
});
