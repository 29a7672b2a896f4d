import { connect } from 'node:net';
import { BROKER_IMAGE } from './kind.ts';
import { type MosquittoOptions, mosquittoConf, READY, type RunningBroker, until } from './mosquitto.ts';

const FOLDER = '/mosquitto/test';

/** Mosquitto in a container that publishes `port` under the same number. */
export async function startContainer(port: number, options: MosquittoOptions): Promise<RunningBroker> {
  // Its watchdog container would have to be pulled.
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import('testcontainers');
  const files = { 'mosquitto.conf': mosquittoConf(port, options), ...options.files };
  const started = await new GenericContainer(BROKER_IMAGE)
    .withExposedPorts({ container: port, host: port })
    .withCopyContentToContainer(contents(files))
    .withWorkingDir(FOLDER)
    .withCommand(['mosquitto', '-c', 'mosquitto.conf'])
    .withWaitStrategy(Wait.forLogMessage(READY))
    .withStartupTimeout(20_000)
    .start();
  const runtime = await getContainerRuntimeClient();
  const container = runtime.container.getById(started.getId());
  const logs = async (): Promise<string> =>
    plainText(await container.logs({ stdout: true, stderr: true, follow: false }));
  const starts = async (): Promise<number> => [...(await logs()).matchAll(READY)].length;
  return {
    host: (await answersHere(port)) ? 'localhost' : started.getHost(),
    logs,
    start: async () => {
      const before = await starts();
      await container.start();
      await until(async () => (await starts()) > before, 'Mosquitto listens again');
    },
    stop: async () => void (await container.stop({ t: 5 })),
    kill: async () => void (await container.kill({ signal: 'SIGKILL' })),
    pause: async () => void (await container.pause()),
    resume: async () => void (await container.unpause()),
    reload: async (changed) => {
      await started.copyContentToContainer(contents(changed));
      await container.kill({ signal: 'SIGHUP' });
    },
    remove: async () => void (await container.remove({ force: true, v: true })),
  };
}

/** Testcontainers takes a machine with `/.dockerenv` for a container beside ours, though its engine may run inside. */
function answersHere(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

function contents(files: Readonly<Record<string, string>>): { content: string; target: string }[] {
  return Object.entries(files).map(([name, content]) => ({ content, target: `${FOLDER}/${name}` }));
}

/** The engine sends each piece of a log behind 8 bytes: stream, 3 zeros, length. */
function plainText(log: Buffer): string {
  const pieces: string[] = [];
  for (let at = 0; at + 8 <= log.length; ) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    pieces.push(log.toString('utf8', at + 8, end));
    at = end;
  }
  return pieces.join('');
}
