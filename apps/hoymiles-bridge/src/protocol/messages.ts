// Made from proto/*.proto by proto/compile.ts.

/** Every message by its name. */
export interface Messages {
  AppInfoRequest: AppInfoRequest;
  AppInfo: AppInfo;
  DtuInfo: DtuInfo;
  InverterInfo: InverterInfo;
  MeterInfo: MeterInfo;
  RepeaterInfo: RepeaterInfo;
  Feature: Feature;
  Command: Command;
  CommandReply: CommandReply;
  CommandStatus: CommandStatus;
  CommandStatusReply: CommandStatusReply;
  Progress: Progress;
  ProgressError: ProgressError;
  StorageProgress: StorageProgress;
  GetConfigRequest: GetConfigRequest;
  GetConfig: GetConfig;
  SetConfig: SetConfig;
  SetConfigReply: SetConfigReply;
  HistPowerRequest: HistPowerRequest;
  HistPower: HistPower;
  HistEnergyDaysRequest: HistEnergyDaysRequest;
  HistEnergyDays: HistEnergyDays;
  DayEnergy: DayEnergy;
  HeartbeatRequest: HeartbeatRequest;
  Heartbeat: Heartbeat;
  NetworkInfoRequest: NetworkInfoRequest;
  NetworkInfo: NetworkInfo;
  AutoSearchRequest: AutoSearchRequest;
  AutoSearch: AutoSearch;
  DeviceListRequest: DeviceListRequest;
  DeviceList: DeviceList;
  DeviceSignal: DeviceSignal;
  DevConfigRequest: DevConfigRequest;
  DevConfig: DevConfig;
  RealDataNewRequest: RealDataNewRequest;
  RealDataRequest: RealDataRequest;
  RealDataNew: RealDataNew;
  SinglePhaseRecord: SinglePhaseRecord;
  ThreePhaseRecord: ThreePhaseRecord;
  PortRecord: PortRecord;
  MeterRecord: MeterRecord;
  RepeaterRecord: RepeaterRecord;
  RapidShutdownRecord: RapidShutdownRecord;
  RealDataOld: RealDataOld;
  OldPortRecord: OldPortRecord;
  GWInfoRequest: GWInfoRequest;
  ESDataRequest: ESDataRequest;
  ESData: ESData;
  EnergySplit: EnergySplit;
  PvString: PvString;
  Battery: Battery;
  Grid: Grid;
  GridParameters: GridParameters;
  GridPhase: GridPhase;
  PowerFlow: PowerFlow;
  WarnListRequest: WarnListRequest;
  WarnList: WarnList;
  WarnListOld: WarnListOld;
  Warning: Warning;
}

export interface AppInfoRequest {
  readonly timeText: string;
  readonly offset: number;
  readonly page: number;
  readonly error: number;
  readonly time: number;
}

export interface AppInfo {
  readonly dtuSerial: string;
  readonly time: number;
  readonly inverterCount: number;
  readonly portCount: number;
  readonly pages: number;
  readonly page: number;
  readonly channel: number;
  readonly dtu: DtuInfo | null;
  readonly meters: readonly MeterInfo[];
  readonly repeaters: readonly RepeaterInfo[];
  readonly inverters: readonly InverterInfo[];
  readonly flags: number;
  readonly features: readonly Feature[];
}

export interface DtuInfo {
  readonly kind: number;
  readonly software: number;
  readonly hardware: number;
  readonly uploadInterval: number;
  readonly radioHardware: number;
  readonly radioSoftware: number;
  readonly accessModel: number;
  readonly communicationTime: number;
  readonly signal: number;
  readonly gprsVersion: string;
  readonly wifiVersion: string;
  readonly simNumber: string;
  readonly rule: number;
  readonly error: number;
  readonly rs485Mode: number;
  readonly rs485Address: number;
  readonly sub1gBand: number;
  readonly sub1gChannels: number;
  readonly sub1gChannel: number;
  readonly sub1gRepeater: number;
  readonly sub1gChannelTotal: number;
  readonly gprsImei: string;
  readonly softwareBuilt: number;
  readonly features: number;
  readonly numbers: readonly number[];
  readonly type: number;
  readonly encRand: Uint8Array;
}

export interface InverterInfo {
  readonly kind: number;
  readonly serial: number;
  readonly usFirmware: number;
  readonly software: number;
  readonly hardwarePart: number;
  readonly hardware: number;
  readonly gridProfile: number;
  readonly gridProfileVersion: number;
  readonly radioHardware: number;
  readonly radioSoftware: number;
  readonly rule: number;
  readonly softwareBuilt: number;
}

export interface MeterInfo {
  readonly kind: number;
  readonly serial: number;
  readonly model: number;
  readonly ctRatio: number;
  readonly linkType: number;
  readonly mode: number;
  readonly software: number;
  readonly text: string;
}

export interface RepeaterInfo {
  readonly kind: number;
  readonly serial: number;
  readonly software: number;
  readonly hardware: number;
  readonly rule: number;
}

export interface Feature {
  readonly key: number;
  readonly text: string;
}

export interface Command {
  readonly time: number;
  readonly action: number;
  readonly kind: number;
  readonly packages: number;
  readonly package: number;
  readonly transaction: number;
  readonly text: string;
  readonly storageSerials: string;
  readonly serials: readonly number[];
  readonly totalA: number;
  readonly totalB: number;
  readonly totalC: number;
  readonly serialsA: readonly number[];
  readonly serialsB: readonly number[];
  readonly serialsC: readonly number[];
}

export interface CommandReply {
  readonly dtuSerial: string;
  readonly time: number;
  readonly action: number;
  readonly package: number;
  readonly error: number;
  readonly transaction: number;
}

export interface CommandStatus {
  readonly time: number;
  readonly action: number;
  readonly package: number;
  readonly transaction: number;
  readonly error: number;
}

export interface CommandStatusReply {
  readonly dtuSerial: string;
  readonly time: number;
  readonly action: number;
  readonly packages: number;
  readonly package: number;
  readonly transaction: number;
  readonly storageDone: readonly string[];
  readonly done: readonly number[];
  readonly storageFailed: readonly string[];
  readonly failed: readonly number[];
  readonly storageRunning: readonly StorageProgress[];
  readonly running: readonly Progress[];
  readonly errors: readonly ProgressError[];
}

export interface Progress {
  readonly serial: number;
  readonly percent: number;
}

export interface ProgressError {
  readonly serial: number;
  readonly code: number;
}

export interface StorageProgress {
  readonly serial: string;
  readonly percent: number;
}

export interface GetConfigRequest {
  readonly offset: number;
  readonly time: number;
}

export interface GetConfig {
  readonly offset: number;
  readonly time: number;
  readonly lockPassword: number;
  readonly lockTime: number;
  readonly powerLimit: number;
  readonly zeroExportAddress: number;
  readonly zeroExport: number;
  readonly networkMode: number;
  readonly wifiChannel: number;
  readonly uploadInterval: number;
  readonly wifiSignal: number;
  readonly serverPort: number;
  readonly apnSetting: string;
  readonly meterKind: string;
  readonly meterInterface: string;
  readonly wifiSsid: string;
  readonly wifiPassword: string;
  readonly server: string;
  readonly inverterType: number;
  readonly dtuSerial: string;
  readonly accessModel: number;
  readonly mac_0: number;
  readonly mac_1: number;
  readonly mac_2: number;
  readonly mac_3: number;
  readonly dhcp: number;
  readonly ip_0: number;
  readonly ip_1: number;
  readonly ip_2: number;
  readonly ip_3: number;
  readonly mask_0: number;
  readonly mask_1: number;
  readonly mask_2: number;
  readonly mask_3: number;
  readonly gateway_0: number;
  readonly gateway_1: number;
  readonly gateway_2: number;
  readonly gateway_3: number;
  readonly simNumber: string;
  readonly apnName: string;
  readonly apnPassword: string;
  readonly sub1gSweep: number;
  readonly sub1gChannel: number;
  readonly dns_0: number;
  readonly dns_1: number;
  readonly dns_2: number;
  readonly dns_3: number;
  readonly wifiIp_0: number;
  readonly wifiIp_1: number;
  readonly wifiIp_2: number;
  readonly wifiIp_3: number;
  readonly mac_4: number;
  readonly mac_5: number;
  readonly wifiMac_0: number;
  readonly wifiMac_1: number;
  readonly wifiMac_2: number;
  readonly wifiMac_3: number;
  readonly wifiMac_4: number;
  readonly wifiMac_5: number;
  readonly imei: string;
  readonly accessPointSsid: string;
  readonly accessPointPassword: string;
}

export interface SetConfig {
  readonly offset: number;
  readonly time: number;
  readonly lockPassword: number;
  readonly lockTime: number;
  readonly powerLimit: number;
  readonly zeroExportAddress: number;
  readonly zeroExport: number;
  readonly networkMode: number;
  readonly wifiChannel: number;
  readonly uploadInterval: number;
  readonly serverPort: number;
  readonly apnSetting: string;
  readonly meterKind: string;
  readonly meterInterface: string;
  readonly wifiSsid: string;
  readonly wifiPassword: string;
  readonly server: string;
  readonly inverterType: number;
  readonly dtuSerial: string;
  readonly accessModel: number;
  readonly mac_0: number;
  readonly mac_1: number;
  readonly mac_2: number;
  readonly mac_3: number;
  readonly dhcp: number;
  readonly ip_0: number;
  readonly ip_1: number;
  readonly ip_2: number;
  readonly ip_3: number;
  readonly mask_0: number;
  readonly mask_1: number;
  readonly mask_2: number;
  readonly mask_3: number;
  readonly gateway_0: number;
  readonly gateway_1: number;
  readonly gateway_2: number;
  readonly gateway_3: number;
  readonly apnName: string;
  readonly apnPassword: string;
  readonly sub1gSweep: number;
  readonly sub1gChannel: number;
  readonly dns_0: number;
  readonly dns_1: number;
  readonly dns_2: number;
  readonly dns_3: number;
  readonly mac_4: number;
  readonly mac_5: number;
  readonly accessPointSsid: string;
  readonly accessPointPassword: string;
  readonly appPage: number;
  readonly wifiListChannel: number;
  readonly oldAccessPointPassword: string;
  readonly transaction: number;
}

export interface SetConfigReply {
  readonly offset: number;
  readonly time: number;
  readonly error: number;
  readonly channelSwitch: number;
}

export interface HistPowerRequest {
  readonly page: number;
  readonly offset: number;
  readonly time: number;
  readonly day: number;
}

export interface HistPower {
  readonly serial: number;
  readonly pages: number;
  readonly page: number;
  readonly offset: number;
  readonly time: number;
  readonly start: number;
  readonly longTermStart: number;
  readonly absoluteStart: number;
  readonly step: number;
  readonly powerNow: number;
  readonly total: number;
  readonly today: number;
  readonly powers: readonly number[];
  readonly alarmCounter: number;
}

export interface HistEnergyDaysRequest {
  readonly page: number;
  readonly offset: number;
  readonly time: number;
}

export interface HistEnergyDays {
  readonly serial: number;
  readonly offset: number;
  readonly time: number;
  readonly days: readonly DayEnergy[];
}

export interface DayEnergy {
  readonly energy: number;
  readonly time: number;
}

export interface HeartbeatRequest {
  readonly offset: number;
  readonly time: number;
  readonly timeText: string;
}

export interface Heartbeat {
  readonly offset: number;
  readonly time: number;
  readonly signal: number;
  readonly dtuSerial: string;
  readonly deviceSerial: string;
  readonly number: number;
}

export interface NetworkInfoRequest {
  readonly offset: number;
  readonly time: number;
}

export interface NetworkInfo {
  readonly dtuSerial: string;
  readonly time: number;
  readonly setMode: number;
  readonly setTime: number;
  readonly setState: number;
  readonly workMode: number;
  readonly workTime: number;
  readonly signal: number;
  readonly workState: number;
  readonly accessPointState: number;
}

export interface AutoSearchRequest {
  readonly timeText: string;
  readonly offset: number;
  readonly page: number;
  readonly error: number;
  readonly time: number;
}

export interface AutoSearch {
  readonly dtuSerial: string;
  readonly time: number;
  readonly pages: number;
  readonly page: number;
  readonly serials: readonly number[];
}

export interface DeviceListRequest {
  readonly page: number;
  readonly time: number;
}

export interface DeviceList {
  readonly pages: number;
  readonly page: number;
  readonly devices: readonly DeviceSignal[];
}

export interface DeviceSignal {
  readonly serial: number;
  readonly signal: number;
}

export interface DevConfigRequest {
  readonly time: number;
  readonly transaction: number;
  readonly dtuSerial: string;
  readonly deviceSerial: string;
  readonly page: number;
  readonly ruleType: number;
}

export interface DevConfig {
  readonly time: number;
  readonly transaction: number;
  readonly rule: number;
  readonly data: Uint8Array;
  readonly crc: number;
  readonly dtuSerial: string;
  readonly deviceSerial: string;
  readonly config: Uint8Array;
  readonly configCrc: number;
  readonly pages: number;
  readonly page: number;
  readonly ruleType: number;
}

export interface RealDataNewRequest {
  readonly timeText: string;
  readonly page: number;
  readonly error: number;
  readonly offset: number;
  readonly time: number;
}

export interface RealDataRequest {
  readonly timeText: string;
  readonly page: number;
  readonly error: number;
  readonly offset: number;
  readonly time: number;
}

export interface RealDataNew {
  readonly dtuSerial: string;
  readonly time: number;
  readonly pages: number;
  readonly page: number;
  readonly version: number;
  readonly meters: readonly MeterRecord[];
  readonly repeaters: readonly RepeaterRecord[];
  readonly rapidShutdowns: readonly RapidShutdownRecord[];
  readonly singlePhase: readonly SinglePhaseRecord[];
  readonly threePhase: readonly ThreePhaseRecord[];
  readonly ports: readonly PortRecord[];
  readonly dtuPower: number;
  readonly dtuToday: number;
}

export interface SinglePhaseRecord {
  readonly serial: number;
  readonly firmware: number;
  readonly voltage: number;
  readonly frequency: number;
  readonly power: number;
  readonly reactivePower: number;
  readonly current: number;
  readonly powerFactor: number;
  readonly temperature: number;
  readonly alarmCounter: number;
  readonly crc: number;
  readonly link: number;
  readonly powerLimit: number;
  readonly signal: number;
}

export interface ThreePhaseRecord {
  readonly serial: number;
  readonly firmware: number;
  readonly voltageL1: number;
  readonly voltageL2: number;
  readonly voltageL3: number;
  readonly voltageL1L2: number;
  readonly voltageL2L3: number;
  readonly voltageL3L1: number;
  readonly frequency: number;
  readonly power: number;
  readonly reactivePower: number;
  readonly currentL1: number;
  readonly currentL2: number;
  readonly currentL3: number;
  readonly powerFactor: number;
  readonly temperature: number;
  readonly alarmCounter: number;
  readonly crc: number;
  readonly link: number;
  readonly signal: number;
}

export interface PortRecord {
  readonly serial: number;
  readonly port: number;
  readonly voltage: number;
  readonly current: number;
  readonly power: number;
  readonly total: number;
  readonly today: number;
  readonly code: number;
}

export interface MeterRecord {
  readonly type: number;
  readonly serial: number;
  readonly power: number;
  readonly powerL1: number;
  readonly powerL2: number;
  readonly powerL3: number;
  readonly powerFactor: number;
  readonly energyPos: number;
  readonly energyPosL1: number;
  readonly energyPosL2: number;
  readonly energyPosL3: number;
  readonly energyNeg: number;
  readonly energyNegL1: number;
  readonly energyNegL2: number;
  readonly energyNegL3: number;
  readonly fault: number;
  readonly voltageL1: number;
  readonly voltageL2: number;
  readonly voltageL3: number;
  readonly currentL1: number;
  readonly currentL2: number;
  readonly currentL3: number;
  readonly powerFactorL1: number;
  readonly powerFactorL2: number;
  readonly powerFactorL3: number;
}

export interface RepeaterRecord {
  readonly serial: number;
  readonly signal: number;
  readonly channel: number;
  readonly inverters: number;
  readonly link: number;
}

export interface RapidShutdownRecord {
  readonly serial: number;
  readonly firmware: number;
  readonly voltage: number;
  readonly power: number;
  readonly temperature: number;
  readonly alarmCounter: number;
  readonly crc: number;
  readonly link: number;
}

export interface RealDataOld {
  readonly dtuSerial: string;
  readonly time: number;
  readonly inverterCount: number;
  readonly portCount: number;
  readonly pages: number;
  readonly page: number;
  readonly signal: number;
  readonly meters: readonly MeterRecord[];
  readonly repeaters: readonly RepeaterRecord[];
  readonly ports: readonly OldPortRecord[];
  readonly version: number;
}

export interface OldPortRecord {
  readonly serial: number;
  readonly port: number;
  readonly voltage: number;
  readonly current: number;
  readonly power: number;
  readonly total: number;
  readonly gridVoltage: number;
  readonly gridVoltageMax: number;
  readonly frequency: number;
  readonly activePower: number;
  readonly reactivePower: number;
  readonly gridCurrent: number;
  readonly powerFactor: number;
  readonly temperature: number;
  readonly runStatus: number;
  readonly fault: number;
  readonly faultCount: number;
  readonly warningCount: number;
  readonly link: number;
  readonly sentPower: number;
  readonly receivedPower: number;
  readonly time: number;
  readonly today: number;
  readonly radio: number;
}

export interface GWInfoRequest {
  readonly timeText: string;
  readonly time: number;
  readonly offset: number;
}

export interface ESDataRequest {
  readonly timeText: string;
  readonly time: number;
  readonly offset: number;
}

export interface ESData {
  readonly serial: number;
  readonly time: number;
  readonly offset: number;
  readonly pages: number;
  readonly page: number;
  readonly pv: EnergySplit | null;
  readonly load: EnergySplit | null;
  readonly strings: readonly PvString[];
  readonly battery: Battery | null;
  readonly grid: Grid | null;
  readonly flow: PowerFlow | null;
}

export interface EnergySplit {
  readonly first: number;
  readonly second: number;
  readonly third: number;
}

export interface PvString {
  readonly index: number;
  readonly voltage: number;
  readonly current: number;
  readonly power: number;
  readonly energy: number;
}

export interface Battery {
  readonly status: number;
  readonly field_2: number;
  readonly field_3: number;
  readonly charge: number;
  readonly health: number;
  readonly voltage: number;
  readonly current: number;
  readonly power: number;
  readonly chargeCurrentMax: number;
  readonly dischargeCurrentMax: number;
  readonly chargeVoltageMax: number;
  readonly dischargeVoltageMin: number;
  readonly cellTemperatureMax: number;
  readonly cellTemperatureMin: number;
  readonly moduleTemperatureMax: number;
  readonly moduleTemperatureMin: number;
  readonly energyIn: number;
  readonly energyOut: number;
  readonly cellVoltageMax: number;
  readonly cellVoltageMin: number;
  readonly moduleVoltageMax: number;
  readonly moduleVoltageMin: number;
}

export interface Grid {
  readonly parameters: GridParameters | null;
  readonly phases: readonly GridPhase[];
}

export interface GridParameters {
  readonly status: number;
  readonly frequency: number;
  readonly field_3: number;
}

export interface GridPhase {
  readonly number: number;
  readonly voltage: number;
  readonly current: number;
  readonly power: number;
  readonly reactivePower: number;
  readonly powerFactor: number;
  readonly energyOut: number;
  readonly energyIn: number;
}

export interface PowerFlow {
  readonly pvToLoad: number;
  readonly pvToBattery: number;
  readonly pvToGrid: number;
  readonly batteryToLoad: number;
  readonly gridToLoad: number;
  readonly batteryToGrid: number;
  readonly charge: number;
}

export interface WarnListRequest {
  readonly timeText: string;
  readonly page: number;
  readonly error: number;
  readonly offset: number;
  readonly time: number;
}

export interface WarnList {
  readonly dtuSerial: string;
  readonly time: number;
  readonly pages: number;
  readonly page: number;
  readonly device: number;
  readonly warnings: readonly Warning[];
}

export interface WarnListOld {
  readonly dtuSerial: string;
  readonly time: number;
  readonly warnings: readonly Warning[];
}

export interface Warning {
  readonly serial: number;
  readonly code: number;
  readonly counter: number;
  readonly start: number;
  readonly end: number;
  readonly data1: number;
  readonly data2: number;
}
