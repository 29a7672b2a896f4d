export { type AppOptions, type LogRecord, type RunningApp, startApp } from './app.ts';
export {
  type Broker,
  type BrokerKind,
  type BrokerOptions,
  freePort,
  hasRealBroker,
  passwordFile,
  startBroker,
  until,
} from './broker.ts';
export {
  type Browser,
  hasBrowser,
  type OpenPage,
  openPage,
  type Page,
  type PageLook,
  startBrowser,
} from './browser.ts';
export { type Certificates, type Identity, makeCertificates } from './certificates.ts';
export { type CollectedMessage, type Collector, collect } from './collect.ts';
export { conformancePath, conformanceReason } from './conformance.ts';
export { hasContainerEngine } from './engine.ts';
export {
  type DiscoveryContext,
  type HomeAssistantTables,
  homeAssistantTables,
  violations,
} from './homeassistant.ts';
export { type Proxy, startProxy } from './proxy.ts';
export { hasSystemdNotify, type NotifySocket, notifySocket } from './systemd.ts';
