export { type CloseOptions, MqttClient, type MqttEvents } from './client.ts';
export type { Message, Qos } from './message.ts';
export type { MqttSettings, MqttTiming, MqttTls, ProtocolVersion } from './settings.ts';
export type { MessageInfo, OnMessage, SubscribeOptions } from './subscriptions.ts';
export {
  ATTRIBUTE_TOPIC,
  BRIDGE,
  birthTopic,
  READING_TOPIC,
  type TopicSettings,
  type Topics,
  topicsOf,
} from './topics.ts';
