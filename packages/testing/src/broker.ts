import { startContainer } from './brokers/container.ts';
import { startEmbedded } from './brokers/embedded.ts';
import { availableBroker, type BrokerKind } from './brokers/kind.ts';
import { startLocal } from './brokers/local.ts';
import { type BrokerControls, freePort, type MosquittoOptions } from './brokers/mosquitto.ts';

export { type BrokerKind, hasRealBroker } from './brokers/kind.ts';
export { freePort, passwordFile, until } from './brokers/mosquitto.ts';

export interface BrokerOptions extends MosquittoOptions {
  /** Needs Mosquitto (TLS, passwords, ACL, MQTT 5): throws when there is none. See `hasRealBroker`. */
  readonly real?: boolean;
  /** One kind for certain, e.g. `embedded` for a broker that speaks MQTT 3.1.1 only. */
  readonly kind?: BrokerKind;
}

export interface Broker extends BrokerControls, AsyncDisposable {
  readonly kind: BrokerKind;
  /** Stays the same over restarts. */
  readonly port: number;
  readonly url: string;
}

/** A broker of its own for one test or one test file: a container, a local program, or an embedded one. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const kind = options.kind ?? (await availableBroker());
  const needsMosquitto = options.real || options.config || options.files || options.persistence;
  if (kind === 'embedded' && needsMosquitto) {
    throw new Error('this needs a real Mosquitto: skip the test unless hasRealBroker()');
  }
  const port = await freePort();
  const running = await starters[kind](port, options);
  const { host, remove, ...controls } = running;
  return { ...controls, kind, host, port, url: `mqtt://${host}:${port}`, [Symbol.asyncDispose]: remove };
}

const starters = {
  container: startContainer,
  local: startLocal,
  embedded: startEmbedded,
} as const;
