import { ReasonCodes } from 'mqtt';
import { BridgeError, type ErrorCode } from '../errors/index.ts';
import { codeOf, type Ending } from './ending.ts';
import type { MqttSettings, SettingNames } from './settings.ts';
import { tlsFailure } from './tls-failure.ts';

const USUAL_NAMES: SettingNames = { section: 'mqtt', address: 'mqtt.url' };
const UNANSWERED = 'Check that the port is one for MQTT';

const UNREACHABLE: Readonly<Record<string, (place: string) => string>> = {
  ECONNREFUSED: (place) => `nothing listens at ${place}`,
  ENOTFOUND: (place) => `the host name of ${place} is not known`,
  EAI_AGAIN: (place) => `the host name of ${place} cannot be looked up now`,
  EHOSTUNREACH: (place) => `there is no way to the host of ${place}`,
  ENETUNREACH: (place) => `there is no network to ${place}`,
  ETIMEDOUT: (place) => `${place} does not answer`,
};

/** Server unavailable, server busy, server shutting down: 3.1.1 and MQTT 5. */
const NOT_READY: ReadonlySet<number> = new Set([3, 0x88, 0x89, 0x8b]);
const BAD_LOGIN: ReadonlySet<number> = new Set([4, 5, 0x86, 0x87]);
const BAD_CLIENT_ID: ReadonlySet<number> = new Set([2, 0x85]);
const TAKEN_OVER = 0x8e;

/** Why a connection ended, in words; the same words for the same reason, so that a repetition is seen as one. */
export function explain(ending: Ending, settings: MqttSettings): BridgeError {
  return ending.stage === 'open' ? lost(ending, settings) : unconnected(ending, settings);
}

/** The name of a reason code, e.g. `Not authorized`. */
export function reasonText(reason: number): string {
  const names: Readonly<Record<number, string>> = ReasonCodes;
  return names[reason] || `reason ${reason}`;
}

/** The other one who uses our client id. */
export function takenOver(settings: MqttSettings, how: string): BridgeError {
  const { host, tcpPort, clientId, names: { section } = USUAL_NAMES } = settings;
  const hint = `Give each instance its own ${section}.client_id, or stop the other one.`;
  return new BridgeError('mqtt/taken-over', how, { hint, facts: { host, tcpPort, clientId } });
}

function unconnected(ending: Ending, settings: MqttSettings): BridgeError {
  const { cause, stage } = ending;
  const place = `${settings.host}:${settings.tcpPort}`;
  if (cause.kind === 'refused') return refused(cause.reason, settings);
  if (settings.tls) {
    const found = tlsFailure(ending, settings, settings.tls);
    if (found) return found;
  }
  if (cause.kind === 'silent') return failure('mqtt/unreachable', settings, `${place} ${cause.what}`);
  if (cause.kind === 'garbage') {
    const detail = `${place} answers, but not with MQTT: ${cause.detail}`;
    return failure('mqtt/unreachable', settings, detail, { hint: unanswered(settings) });
  }
  if (stage === 'handshake') {
    const detail = `${place} ended the connection without an answer`;
    return failure('mqtt/unreachable', settings, detail, { hint: unanswered(settings) });
  }
  const error = cause.kind === 'error' ? cause.error : new Error('connection closed');
  const detail = UNREACHABLE[codeOf(error)]?.(place) ?? `${place} cannot be reached: ${error.message}`;
  return failure('mqtt/unreachable', settings, detail, { cause: error });
}

function unanswered({ names }: MqttSettings): string {
  return names
    ? `${UNANSWERED}, in ${names.address}.`
    : `${UNANSWERED}; if it is one for TLS, write mqtts:// in mqtt.url.`;
}

function refused(reason: number, settings: MqttSettings): BridgeError {
  const { host, tcpPort, username, clientId, names: { section } = USUAL_NAMES } = settings;
  const place = `${host}:${tcpPort}`;
  const said = `(${reasonText(reason)})`;
  if (NOT_READY.has(reason)) {
    return failure('mqtt/unreachable', settings, `the broker at ${place} is not ready ${said}`, { reason });
  }
  if (BAD_LOGIN.has(reason)) {
    const who = username === undefined ? 'a connection without user name' : `user "${username}"`;
    const login = `${section}.username and ${section}.password`;
    const hint =
      username === undefined
        ? `The broker wants to know who connects: set ${login}.`
        : `Check ${login}, and that the broker knows the user.`;
    return failure('mqtt/refused', settings, `the broker at ${place} refused ${who} ${said}`, {
      reason,
      hint,
    });
  }
  const hint = BAD_CLIENT_ID.has(reason)
    ? `The broker does not take the client id "${clientId}": choose another ${section}.client_id.`
    : 'The log of the broker may tell more.';
  return failure('mqtt/refused', settings, `the broker at ${place} refused the connection ${said}`, {
    reason,
    hint,
  });
}

function lost({ cause }: Ending, settings: MqttSettings): BridgeError {
  const place = `the broker at ${settings.host}:${settings.tcpPort}`;
  switch (cause.kind) {
    case 'dismissed':
      return cause.reason === TAKEN_OVER
        ? takenOver(settings, `another client connected to ${place} as "${settings.clientId}"`)
        : failure('mqtt/lost', settings, `${place} ended the connection (${reasonText(cause.reason)})`, {
            reason: cause.reason,
          });
    case 'silent':
      return failure('mqtt/lost', settings, `${place} ${cause.what}`);
    case 'garbage':
      return failure('mqtt/lost', settings, `${place} sent something that is not MQTT: ${cause.detail}`);
    case 'error':
      return failure('mqtt/lost', settings, `the connection to ${place} broke: ${cause.error.message}`, {
        cause: cause.error,
      });
    default:
      return failure('mqtt/lost', settings, `${place} closed the connection`);
  }
}

interface More {
  readonly reason?: number;
  readonly hint?: string;
  readonly cause?: Error;
}

function failure(
  code: ErrorCode,
  { host, tcpPort, username, names }: MqttSettings,
  detail: string,
  { reason, ...options }: More = {},
): BridgeError {
  const where = code === 'mqtt/unreachable' && names && `Check ${names.address}, and that the broker runs.`;
  const facts = {
    host,
    tcpPort,
    ...(username !== undefined && { username }),
    ...(reason !== undefined && { reason }),
  };
  return new BridgeError(code, detail, { ...(where && { hint: where }), ...options, facts });
}
