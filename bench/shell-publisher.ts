import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Broker } from '@meterbridge/testing';

const IMAGE = 'eclipse-mosquitto:2';
const DONE = 'all are published';

/** Publishes the same lines again and again with `mosquitto_pub`. */
export interface ShellPublisher extends AsyncDisposable {
  /** All lines with QoS 1, until the broker has confirmed them. */
  publish(): Promise<void>;
}

/**
 * A shell that is open all the time, so that what is measured is the program and not its container.
 * @returns null where there is no `mosquitto_pub`, neither here nor in the image of the broker
 */
export async function shellPublisher(
  broker: Broker,
  topic: string,
  lines: readonly string[],
): Promise<ShellPublisher | null> {
  const isHere = spawnSync('mosquitto_pub', ['--help']).error === undefined;
  if (!isHere && spawnSync('docker', ['image', 'inspect', IMAGE]).status !== 0) return null;
  const folder = await mkdtemp(join(tmpdir(), 'bench-publisher-'));
  const file = join(folder, 'lines');
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  const container = ['run', '--rm', '-i', '--network', 'host', '-v', `${file}:${file}:ro`, IMAGE, 'sh'];
  const shell = isHere ? spawn('sh') : spawn('docker', container);
  const said = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  const { port } = broker;
  const command = `mosquitto_pub -h 127.0.0.1 -p ${port} -q 1 -t ${topic} -V mqttv5 -l < ${file} && echo ${DONE}\n`;
  return {
    async publish() {
      shell.stdin.write(command);
      const { value } = await said.next();
      if (value !== DONE) throw new Error(`mosquitto_pub says ${value}`);
    },
    async [Symbol.asyncDispose]() {
      shell.stdin.end('exit\n');
      await once(shell, 'close');
      await rm(folder, { recursive: true });
    },
  };
}
