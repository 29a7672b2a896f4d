import type { MeterRecord, SinglePhaseRecord, ThreePhaseRecord } from './messages.ts';
import { scales } from './scale.ts';

export const SINGLE_PHASE = scales<SinglePhaseRecord>({
  voltage_v: ['voltage', 1],
  frequency_hz: ['frequency', 2],
  power_w: ['power', 1],
  reactive_var: ['reactivePower', 1],
  current_a: ['current', 2],
  power_factor: ['powerFactor', 3],
  temperature_c: ['temperature', 1],
});

export const THREE_PHASE = scales<ThreePhaseRecord>({
  voltage_l1_v: ['voltageL1', 1],
  voltage_l2_v: ['voltageL2', 1],
  voltage_l3_v: ['voltageL3', 1],
  voltage_l1l2_v: ['voltageL1L2', 1],
  voltage_l2l3_v: ['voltageL2L3', 1],
  voltage_l3l1_v: ['voltageL3L1', 1],
  frequency_hz: ['frequency', 2],
  power_w: ['power', 1],
  reactive_var: ['reactivePower', 1],
  current_l1_a: ['currentL1', 2],
  current_l2_a: ['currentL2', 2],
  current_l3_a: ['currentL3', 2],
  power_factor: ['powerFactor', 3],
  temperature_c: ['temperature', 1],
});

// 231.70 V × 11.49 A × 0.983 = 2617 W is sent as 261: powers count in 10 W, energies in 10 Wh.
export const METER = scales<MeterRecord>({
  power_w: ['power', -1],
  power_l1_w: ['powerL1', -1],
  power_l2_w: ['powerL2', -1],
  power_l3_w: ['powerL3', -1],
  power_factor: ['powerFactor', 3],
  power_factor_l1: ['powerFactorL1', 3],
  power_factor_l2: ['powerFactorL2', 3],
  power_factor_l3: ['powerFactorL3', 3],
  energy_pos_wh: ['energyPos', -1],
  energy_pos_l1_wh: ['energyPosL1', -1],
  energy_pos_l2_wh: ['energyPosL2', -1],
  energy_pos_l3_wh: ['energyPosL3', -1],
  energy_neg_wh: ['energyNeg', -1],
  energy_neg_l1_wh: ['energyNegL1', -1],
  energy_neg_l2_wh: ['energyNegL2', -1],
  energy_neg_l3_wh: ['energyNegL3', -1],
  voltage_l1_v: ['voltageL1', 2],
  voltage_l2_v: ['voltageL2', 2],
  voltage_l3_v: ['voltageL3', 2],
  current_l1_a: ['currentL1', 2],
  current_l2_a: ['currentL2', 2],
  current_l3_a: ['currentL3', 2],
});
