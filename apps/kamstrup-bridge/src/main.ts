#!/usr/bin/env node
import { runBridge } from '@meterbridge/core/runtime';
import { commands } from './commands.ts';
import { config, example } from './config.ts';
import { readLog } from './read-log.ts';
import { source } from './source.ts';

await runBridge({
  name: 'kamstrup-bridge',
  summary: 'Reads Kamstrup MULTICAL meters on their optical eye and publishes to MQTT.',
  config,
  example,
  entries: ({ meters }) => meters,
  source,
  readOptions: [readLog],
  commands,
});
