#!/usr/bin/env node
import { runBridge } from '@meterbridge/core/runtime';
import { commands } from './commands.ts';
import { config, example, linesOf } from './config.ts';
import { source } from './source.ts';

await runBridge({
  name: 'mbus-gateway',
  summary: 'Reads meters on wired M-Bus lines and publishes to MQTT.',
  config,
  example,
  entries: linesOf,
  source,
  commands,
});
