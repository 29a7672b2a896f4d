import { connect } from 'mqtt';

/** What MQTT.js and JSON alone need to pass messages on: nothing is checked, and nothing survives a crash. */
const [internal, central] = process.argv.slice(2);
const inner = connect(`mqtt://127.0.0.1:${internal}`, { protocolVersion: 4, clean: false, clientId: 'bare' });
const outer = connect(`mqtt://127.0.0.1:${central}`, { protocolVersion: 4, clientId: 'bare' });
outer.once('connect', () => inner.subscribe(['MQTT_RT_DATA', 'MQTT_ENY_NOW'], { qos: 1 }));
inner.on('message', (_, payload) => {
  const { id, time, zyggl } = JSON.parse(payload.toString());
  outer.publish(`kpm33b/${id}/seconds`, JSON.stringify({ id, time, active_power: zyggl }), { qos: 1 });
});
