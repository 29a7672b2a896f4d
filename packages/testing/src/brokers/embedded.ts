import { createServer, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import type { RunningBroker } from './mosquitto.ts';

/** A broker inside the test process: MQTT 3.1.1 only, no TLS, no passwords, forgets all when stopped. */
export async function startEmbedded(port: number): Promise<RunningBroker> {
  const sockets = new Set<Socket>();
  let running: { readonly broker: Aedes; readonly server: Server } | undefined;

  const start = async (): Promise<void> => {
    const broker = await Aedes.createBroker();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      broker.handle(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, resolve);
    });
    running = { broker, server };
  };
  const kill = async (): Promise<void> => {
    const { broker, server } = running ?? {};
    running = undefined;
    for (const socket of sockets) socket.resetAndDestroy();
    if (server) await new Promise((resolve) => server.close(resolve));
    if (broker) await new Promise<void>((resolve) => broker.close(resolve));
  };
  const impossible = async (): Promise<never> => {
    throw new Error('the embedded broker cannot do this: ask for startBroker({ real: true })');
  };

  await start();
  return {
    host: 'localhost',
    start,
    kill,
    stop: kill,
    remove: kill,
    pause: impossible,
    resume: impossible,
    reload: impossible,
    logs: async () => '',
  };
}
