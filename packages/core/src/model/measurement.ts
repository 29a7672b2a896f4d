/** Home Assistant's state classes that meters use. */
export type StateClass = 'measurement' | 'total' | 'total_increasing';

/** What a meter can report: static, shared by all readings that hold it. */
export interface Measurement {
  /** snake_case; the last level of the attribute topic and the key in the JSON. */
  readonly key: string;
  /** For people, without the meter's name: `Voltage L1`. */
  readonly name: string;
  /** As Home Assistant spells it (kWh, m³, °C); null for texts, counts and states. */
  readonly unit: string | null;
  readonly deviceClass?: string;
  readonly stateClass?: StateClass;
  /** A total that begins anew every day or so, such as the yield of today: that it falls is no fault. */
  readonly resets?: boolean;
  /** Decimals to show. */
  readonly precision?: number;
  /** Shown among the diagnostics of the device rather than its values. */
  readonly diagnostic?: boolean;
  /** Announced, but switched off until the user wants it. */
  readonly disabledByDefault?: boolean;
  /** The only values an enumeration takes. */
  readonly options?: readonly string[];
  /** Published, but not announced to Home Assistant: another measurement tells the same. */
  readonly unannounced?: boolean;
}
