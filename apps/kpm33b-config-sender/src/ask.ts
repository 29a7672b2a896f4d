import { BridgeError } from '@meterbridge/core/errors';
import { MqttClient } from '@meterbridge/core/mqtt';
import { type Answer, type Command, decodeAnswer } from '@meterbridge/kpm33b';
import type { Config } from './config.ts';
import { internalSettings } from './internal.ts';
import { newOprid } from './oprid.ts';
import { readText } from './text.ts';

/** Beginning of the topics of a command, and where it is answered. */
interface Topics {
  readonly command: string;
  readonly answer: string;
}

/** So long it may take until the internal broker is there. */
const CONNECT_MS = 10_000;

/**
 * Sends one command to a meter and prints what it answers as a line of JSON; exit code 1 if it refuses.
 * @throws BridgeError command/no-answer, or why there is no connection to the internal broker
 */
export async function ask(
  config: Config,
  id: string,
  topics: Topics,
  build: (prefix: string, oprid: string) => Command,
): Promise<void> {
  const { fields, isSuccess } = await answerOf(config, id, topics, build);
  process.stdout.write(`${JSON.stringify(fields)}\n`);
  if (!isSuccess) process.exitCode = 1;
}

async function answerOf(
  config: Config,
  id: string,
  topics: Topics,
  build: (prefix: string, oprid: string) => Command,
): Promise<Answer> {
  const oprid = newOprid();
  const command = build(topics.command, oprid);
  const answered = Promise.withResolvers<Answer>();
  const timeoutMs = 1000 * config.config_sender.ack_timeout_seconds;
  let timer = setTimeout(() => answered.reject(unreachable(config)), CONNECT_MS);
  const client = new MqttClient(internalSettings(config, `-${process.pid}`), {
    onConnect: () => {
      clearTimeout(timer);
      timer = setTimeout(() => answered.reject(noAnswer(id, timeoutMs)), timeoutMs);
      client.publish({ ...command, qos: 1, retain: false }).catch(answered.reject);
    },
    onDisconnect: answered.reject,
    onError: answered.reject,
  });
  client.subscribe(topics.answer, (_, payload) => {
    const answer = decodeAnswer(readText(payload));
    if (answer?.oprid === oprid && (answer.id === undefined || answer.id === id)) answered.resolve(answer);
  });
  client.connect();
  try {
    return await answered.promise;
  } finally {
    clearTimeout(timer);
    await client.close();
  }
}

function unreachable({ internal_broker: { host, port } }: Config): BridgeError {
  return new BridgeError('mqtt/unreachable', `no connection to the internal broker at ${host}:${port}`);
}

function noAnswer(id: string, timeoutMs: number): BridgeError {
  return new BridgeError('command/no-answer', `${id} did not answer within ${timeoutMs / 1000} s`);
}
