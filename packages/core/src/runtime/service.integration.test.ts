import { once } from 'node:events';
import { createServer } from 'node:net';
import { collect, freePort, startBroker, until } from '@meterbridge/testing';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { serviceConfig } from '../config/index.ts';
import { BridgeError } from '../errors/index.ts';
import { createLogger, LogTail } from '../observe/index.ts';
import type { Service, ServiceBroker, ServiceContext, ServiceDefinition } from './service.ts';
import { ServiceApp } from './service-app.ts';
import { metricsOf, statusOf } from './status.ts';

const schema = serviceConfig({ greeting: z.string().default('hello') });
type Config = z.output<typeof schema>;

interface Seen {
  context?: ServiceContext<Config>;
  near?: ServiceBroker;
  readonly calls: string[];
}

/** A service that says what it is told, and copies what comes from its own broker to the central one. */
function definitionOf(seen: Seen, near: { readonly host: string; readonly port: number }) {
  const definition: ServiceDefinition<typeof schema> = {
    name: 'test-service',
    summary: '',
    config: schema,
    example: { mqtt: { url: 'mqtt://localhost' } },
    state: (_, payload) => ({ topic: 'test/state', payload, qos: 1, retain: true }),
    service: (context) => serviceOf(context, seen, near),
  };
  return definition;
}

function serviceOf(
  context: ServiceContext<Config>,
  seen: Seen,
  { host, port }: { readonly host: string; readonly port: number },
): Service<Config> {
  const settings = {
    host,
    tcpPort: port,
    tls: null,
    clientId: 'near',
    keepaliveS: 15,
    will: null,
    birth: [],
  };
  const near = context.connect('near broker', settings, { onConnect: () => seen.calls.push('near') });
  Object.assign(seen, { context, near });
  return {
    start() {
      seen.calls.push('start');
      near.mqtt.subscribe('in', (_, payload) => {
        const text = Buffer.from(payload).toString();
        context.put({ topic: 'out', payload: text, qos: 1, retain: false, backlogTopic: 'out' });
      });
    },
    reconfigure: ({ greeting }) => seen.calls.push(greeting) > 0,
    stop: () => void seen.calls.push('stop'),
    connected: () => seen.calls.push('connected'),
    born: () => seen.calls.push('born'),
    warnings: () => [new BridgeError('usage/invalid', 'look here')],
  };
}

describe('a service', () => {
  it('has its own broker, the outbox of all apps, and is told what happens', async () => {
    await using near = await startBroker();
    await using central = await startBroker();
    await using house = await collect(central, '#');
    await using meter = await collect(near, 'none');
    const seen: Seen = { calls: [] };
    const parse = (more = {}): Config =>
      schema.parse({
        mqtt: { url: central.url },
        http: { enabled: false },
        store: { enabled: false },
        log: { level: 'silent' },
        ...more,
      });
    const log = createLogger({ level: 'silent', format: 'json' });
    const app = new ServiceApp(definitionOf(seen, near), parse(), log, new LogTail());
    await app.start();
    await until(
      () => seen.calls.includes('near') && seen.calls.includes('connected'),
      'both brokers are there',
    );
    // One that only takes commands never has a reading.
    expect(metricsOf(app).lines).toMatchObject([{ id: 'near broker', isWell: true, readings: 0 }]);
    expect(statusOf(app).lines).toMatchObject([{ id: 'near broker', may_be_quiet: true, readings: 0 }]);
    await until(async () => {
      await meter.publish('in', 'passed');
      return house.messages.some(({ topic }) => topic === 'out');
    }, 'a message is passed on');
    await house.publish('homeassistant/status', 'online');
    await until(() => seen.calls.includes('born'), 'Home Assistant was heard');

    expect(await app.reconfigure(parse(), parse({ greeting: 'good day' }))).toBe(true);
    expect(await app.reconfigure(parse(), parse({ dry_run: true }))).toBe(false);
    expect(app.lines.map(({ entry }) => entry.id)).toEqual(['near broker']);
    expect(app.warnings.map(({ message }) => message)).toEqual(['look here']);
    seen.context!.put({ topic: 'out/#', payload: '', qos: 1, retain: false, backlogTopic: 'out/#' });
    await until(() => app.warnings.length === 2, 'a refused message is shown');
    expect(app.warnings[0]!.message).toContain('out/#');
    await app.stop();
    expect(seen.calls.filter((call) => !['near', 'connected', 'born'].includes(call))).toEqual([
      'start',
      'good day',
      'hello',
      'stop',
    ]);
    const states = house.messages.filter(({ topic }) => topic === 'test/state');
    await until(() => states.length > 0, 'the state is told');
    await house.next(({ topic, payload }) => topic === 'test/state' && payload === 'offline');
  });

  it('has its status page as soon as the port is free', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const config = schema.parse({
      mqtt: { url: 'mqtt://127.0.0.1:9' },
      http: { port },
      store: { enabled: false },
      log: { level: 'silent' },
    });
    const log = createLogger({ level: 'silent', format: 'json' });
    const app = new ServiceApp(
      definitionOf({ calls: [] }, { host: '127.0.0.1', port: 9 }),
      config,
      log,
      new LogTail(),
    );
    await app.start();
    other.close();
    await once(other, 'close');
    vi.advanceTimersByTime(30_000);
    vi.useRealTimers();
    const isServed = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${port}/status`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(isServed, 'the page is there');
    await app.stop();
  });

  it('shows that its own broker is away, and that it is back', async () => {
    await using near = await startBroker();
    await using central = await startBroker();
    const seen: Seen = { calls: [] };
    const config = schema.parse({
      mqtt: { url: central.url },
      http: { enabled: false },
      store: { enabled: false },
      log: { level: 'silent' },
    });
    const log = createLogger({ level: 'silent', format: 'json' });
    const app = new ServiceApp(definitionOf(seen, near), config, log, new LogTail());
    await app.start();
    const problem = () => seen.near?.line.breaker.problem?.code ?? null;
    await until(() => seen.calls.includes('near'), 'its broker is there');
    expect(problem()).toBeNull();
    await near.stop();
    await until(() => problem() !== null, 'its broker is away');
    await near.start();
    await until(() => problem() === null, 'its broker is back', 20_000);
    await app.stop();
  });
});
