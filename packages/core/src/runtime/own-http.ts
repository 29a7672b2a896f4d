import type { CommonConfig } from '../config/index.ts';

const TIMEOUT_MS = 5_000;

/** Asks the bridge that runs with this configuration; what it answers is ours. */
export function ask(http: CommonConfig['http'], path: string): Promise<Response> {
  return fetch(urlOf(http, path), { signal: AbortSignal.timeout(TIMEOUT_MS) });
}

export function urlOf({ host, port }: CommonConfig['http'], path: string): string {
  // A server on all addresses is reached on the loopback one.
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}${path}`;
}
