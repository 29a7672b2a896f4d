/** Why a telegram, or the rest of it, cannot be decoded. */
export type TelegramFault =
  | 'wrong_direction'
  | 'unknown_ci'
  | 'header_too_short'
  | 'fixed_data_length'
  | 'encrypted'
  | 'decryption_failed'
  | RecordFault;

/** Why a data record cannot be read; what follows it cannot be found then. */
export type RecordFault =
  | VifFault
  | 'premature_end_dif'
  | 'too_many_dife'
  | 'reserved_dif'
  | 'premature_end_data'
  | 'reserved_lvar';

export type VifFault =
  | 'premature_end_vif'
  | 'too_many_vife'
  | 'plain_text_vif_too_long'
  | 'premature_end_plain_text_vif';
