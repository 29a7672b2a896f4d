import type { Command } from '@meterbridge/core/runtime';
import type { Port } from './config.ts';

let isAsked = false;

/** `read --all` also prints objects that are in no table, as if `extra: [all]` stood in the configuration. */
export function addReadAll(program: Command): void {
  program.commands
    .find((command) => command.name() === 'read')
    ?.option('--all', 'print objects that are in no table, too')
    .hook('preAction', (read) => {
      isAsked = read.opts().all === true;
    });
}

export function portsToRead(ports: readonly Port[]): readonly Port[] {
  return isAsked ? ports.map((port) => ({ ...port, extra: ['all'] })) : ports;
}
