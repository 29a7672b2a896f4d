import { BridgeError } from '@meterbridge/core/errors';
import type { MbusLong } from '@meterbridge/core/frames';
import { AES_CBC_IV } from './protocol/encryption.ts';
import { hexByte } from './protocol/hex.ts';
import type { Telegram } from './protocol/telegram.ts';

/** Contents that wired meters have no need for (EN 13757-3, table 2). */
const UNSUPPORTED: readonly (readonly [first: number, last: number, name: string])[] = [
  [0x69, 0x6b, 'a format frame'],
  [0x79, 0x79, 'a compact frame'],
  [0x7b, 0x7b, 'a compact frame'],
  [0x7c, 0x7d, 'COSEM data'],
  [0x80, 0x97, 'data of wireless meters'],
];
const FULL_FRAMES = 'Have the meter set to send its values in full frames (CI 72 or 78).';

/** Why an answer holds no values that can be read. */
export function unreadable({ ci, data }: MbusLong, telegram: Telegram, hasKey: boolean): BridgeError {
  const { fault, structure } = telegram;
  const facts = { fault, ci: hexByte(ci) };
  if (fault === 'encrypted' || fault === 'decryption_failed') return encrypted(telegram, hasKey, facts);
  const [, , name] = UNSUPPORTED.find(([first, last]) => ci >= first && ci <= last) ?? [];
  if (name) {
    const detail = `the meter answers with ${name} (CI ${hexByte(ci)}), which is not supported`;
    return new BridgeError('meter/undecodable', detail, { facts, hint: FULL_FRAMES });
  }
  if (fault === 'fixed_data_length') {
    const detail = `the meter answers with ${data.length} bytes of fixed data in place of 16, or with a compact frame`;
    return new BridgeError('meter/undecodable', detail, { facts, hint: FULL_FRAMES });
  }
  return new BridgeError('meter/undecodable', `the answer holds no values: ${fault ?? structure}`, { facts });
}

function encrypted(
  telegram: Telegram,
  hasKey: boolean,
  facts: Readonly<Record<string, unknown>>,
): BridgeError {
  const mode =
    (telegram.structure === 'variable' && telegram.header && telegram.encryption?.mode) ?? AES_CBC_IV;
  if (mode !== AES_CBC_IV) {
    return new BridgeError(
      'meter/encrypted',
      `the answer is encrypted in mode ${mode}; only mode 5 is supported`,
      {
        facts: { ...facts, mode },
        hint: 'Ask the supplier of the meter to set it to mode 5, or to no encryption.',
      },
    );
  }
  if (telegram.fault === 'encrypted' && hasKey) {
    return new BridgeError('meter/encrypted', 'the answer is encrypted and does not tell who it is from', {
      facts,
      hint: 'Configure the meter by its secondary address: the key fits only together with it.',
    });
  }
  const why = hasKey ? 'the key does not fit' : 'no key is known';
  return new BridgeError('meter/encrypted', `the answer is encrypted and ${why}`, { facts });
}
