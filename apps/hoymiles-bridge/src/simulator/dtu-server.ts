import { BridgeError } from '@meterbridge/core/errors';
import {
  decodeHm,
  encodeHm,
  FrameSplitter,
  HM_MAX_LENGTH,
  type HmFrame,
  hmScanner,
} from '@meterbridge/core/frames';
import type { Link } from '@meterbridge/core/transport';
import { openFrame, sealFrame } from '../encryption.ts';
import { answerTo, mayBeSealed, REQUEST } from '../protocol/commands.ts';
import { isInsideInverter } from '../protocol/serial.ts';
import { type DtuServerSettings, heartbeat, payloadFor } from './dtu-answers.ts';
import { sunAt } from './plant.ts';
import { writeAnswer } from './writing.ts';

const CLOUD_EVERY_MS = 300_000;
const CLOUD_MS = 70_000;
/** What firmware without commands leaves unanswered. */
const SPARED: ReadonlySet<number> = new Set([REQUEST.command, REQUEST.warnings]);

/** Answers one client as port 10081 of a DTU does, until it leaves. */
export async function serveProtobuf(
  link: Link,
  settings: DtuServerSettings,
  signal: AbortSignal,
): Promise<void> {
  const { faults } = settings;
  const isSealed = (command: number): boolean => settings.session.encRand !== null && mayBeSealed(command);
  const splitter = new FrameSplitter(hmScanner(isSealed), 2 * HM_MAX_LENGTH);
  const late = settings.late.splice(0);
  for (const frame of late) await writeAnswer(link, frame, faults, signal);
  for (;;) {
    const chunk = await link.read({ timeoutMs: 300_000, signal });
    for (const { error, bytes } of chunk ? splitter.push(chunk) : []) {
      if (error || !isThere(settings)) return;
      if (faults.strikes('deaf')) continue;
      if (faults.strikes('no-commands') && SPARED.has(decodeHm(bytes).command)) continue;
      const key = settings.session.encRand;
      const answer = answered(bytes, settings);
      // What it cannot decrypt makes a DTU hang up.
      if (!answer || faults.strikes('close')) return;
      if (faults.strikes('silence')) continue;
      if (faults.strikes('late')) {
        settings.late.push(answer);
        return;
      }
      if (faults.strikes('stale')) await writeAnswer(link, heartbeatFrame(settings), faults, signal);
      await writeAnswer(link, faults.damaged(answer), faults, signal);
      if (settings.session.encRand !== key) return;
    }
  }
}

/** A DTU inside an inverter is off at night, and some are away while they look for their cloud. */
export function isThere({ plant, faults, now }: DtuServerSettings): boolean {
  if (isInsideInverter(plant.dtuSerial) && sunAt(now()) === 0) return false;
  return !faults.strikes('away') || now() % CLOUD_EVERY_MS >= CLOUD_MS;
}

function answered(bytes: Uint8Array, settings: DtuServerSettings): Uint8Array | null {
  const encRand = settings.session.encRand;
  try {
    const frame = decodeHm(bytes);
    const isSealed = encRand !== null && mayBeSealed(frame.command);
    const plain = isSealed ? openFrame(frame, encRand) : frame;
    const payload = payloadFor(plain, settings);
    if (!payload) return null;
    const command = answerTo(frame.command);
    const answer: HmFrame = { ...plain, command, payload, tag: null };
    return encodeHm(isSealed ? sealFrame(answer, encRand) : answer);
  } catch (thrown) {
    if (thrown instanceof BridgeError) return null;
    throw thrown;
  }
}

function heartbeatFrame(settings: DtuServerSettings): Uint8Array {
  const command = answerTo(REQUEST.heartbeat);
  return encodeHm({ command, sequence: 0, extended: null, payload: heartbeat(settings), tag: null });
}
