#!/usr/bin/env node
import { runBridge } from '@meterbridge/core/runtime';
import { commands } from './commands.ts';
import { layoutOf } from './compatibility/index.ts';
import { config, example } from './config.ts';
import { legacyVariables } from './migrate/variables.ts';
import { source } from './source.ts';

await runBridge({
  name: 'hoymiles-bridge',
  summary: 'Reads Hoymiles DTUs over Modbus or protobuf and publishes to MQTT.',
  config,
  example,
  entries: ({ meters }) => meters,
  source,
  layout: layoutOf,
  commands,
  legacyVariables,
});
