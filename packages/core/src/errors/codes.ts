/**
 * What the runtime does after an error: go on at once, try again every few seconds (a plugged-in adapter is found
 * quickly), or try again less and less often. `never` is tried as rarely as `later`: nothing here will mend it, but
 * somebody may.
 */
export type Retry = 'now' | 'soon' | 'later' | 'never';

export interface ErrorCodeInfo {
  readonly retry: Retry;
  /** What happened, for docs/ERRORS.md. */
  readonly what: string;
  /** What the user can do about it; printed with every error of this code. */
  readonly hint: string;
}

/** Every way a bridge can fail. docs/ERRORS.md is generated from this table. */
export const errorCodes = {
  'usage/invalid': {
    retry: 'never',
    what: 'The command line was not understood.',
    hint: 'Run the command with --help to see what it accepts.',
  },
  'config/missing': {
    retry: 'never',
    what: 'The configuration file does not exist or cannot be read.',
    hint: 'Create one with the sample-config command, or name it with --config FILE.',
  },
  'config/syntax': {
    retry: 'never',
    what: 'The configuration file is not valid YAML.',
    hint: 'Correct the place that is named; the check command tells when the file is valid.',
  },
  'config/invalid': {
    retry: 'never',
    what: 'The configuration holds values that cannot be used.',
    hint: 'Correct the keys that are named; the check command tells when the file is valid.',
  },
  'config/unmatched': {
    retry: 'never',
    what: 'The settings of a meter name a parameter, or a meter behind it, that is not there.',
    hint: 'Name parameters by their own keys, even those that `rename` gives other ones; the command `read` shows them. Name a meter behind another one by the id that is in its topics.',
  },
  'input/unreadable': {
    retry: 'never',
    what: 'A file named on the command line cannot be read.',
    hint: 'Check the path and its permissions, or use - for standard input.',
  },
  'output/unwritable': {
    retry: 'never',
    what: 'A file cannot be written.',
    hint: 'Check the path, its permissions, and the space on the disk; --out names another file.',
  },
  'frame/checksum': {
    retry: 'now',
    what: 'A frame arrived whole but its checksum does not fit its bytes: some of them changed on the way.',
    hint: 'A few are harmless. Many mean a bad cable, a long unshielded line, or a busy single-board computer.',
  },
  'frame/checksum-missing': {
    retry: 'now',
    what: 'A frame without checksum arrived where one is required.',
    hint: 'If this meter never sends one (DSMR 2.2 and 3.0), set crc: if-present.',
  },
  'frame/truncated': {
    retry: 'now',
    what: 'A frame began but its end never came.',
    hint: 'Usual once after the start. If it goes on, bytes are lost: check cable and adapter, and that no other program reads the port.',
  },
  'frame/overlong': {
    retry: 'now',
    what: 'A frame grew beyond the size limit without an end and was dropped.',
    hint: 'Check that the right meter is connected; a larger limit is set with max_telegram_bytes.',
  },
  'frame/malformed': {
    retry: 'now',
    what: 'The bytes of a frame break the rules of its protocol.',
    hint: 'Please report it together with the bytes that the decode command was given.',
  },
  'frame/encrypted': {
    retry: 'now',
    what: 'The meter encrypts its telegrams, and no key is set.',
    hint: 'Ask the grid operator for the key of the meter (32 hexadecimal digits) and set key.',
  },
  'frame/decryption': {
    retry: 'now',
    what: 'What decrypting a frame gives is no telegram: the key does not fit.',
    hint: 'If it happens with every frame, key is wrong: it must be the key of this very meter. If it happens now and then, bytes are damaged on the way.',
  },
  'frame/authentication': {
    retry: 'now',
    what: 'The authentication tag of an encrypted frame is wrong, so that it may have been changed on the way.',
    hint: 'If it happens with every frame, auth_key is wrong. With tag: warn such a meter is read all the same, and only the CRC of its telegrams is checked.',
  },
  'frame/replayed': {
    retry: 'now',
    what: 'An encrypted frame came again, or is older than one that was read; it was refused.',
    hint: 'If it happens now and then, somebody may be sending recorded frames. If it happens with every frame, the meter has begun to count anew: set frame_counter: off until readings arrive, then take it out again. A new meter or another key needs nothing.',
  },
  'frame/foreign': {
    retry: 'now',
    what: 'Bytes arrived that belong to no frame of the protocol.',
    hint: 'Check that address and port lead to the right device; something else may listen there.',
  },
  'frame/length': {
    retry: 'now',
    what: 'A frame gives a length that no frame can have.',
    hint: 'A few are harmless. Many mean that address and port do not lead to the right device.',
  },
  'frame/unexpected': {
    retry: 'now',
    what: 'A frame arrived that does not answer what was asked.',
    hint: 'Usual now and then after a timeout. If it goes on, another program talks to the same device.',
  },
  'link/not-found': {
    retry: 'soon',
    what: 'The serial device or the host name does not exist.',
    hint: 'Check the address; a USB adapter that is plugged in later is picked up by itself. Stable names are in /dev/serial/by-id.',
  },
  'link/permission': {
    retry: 'soon',
    what: 'The serial device exists but may not be opened.',
    hint: 'Add the user who runs the bridge to the group of the device and log in again (on Debian: sudo usermod -aG dialout NAME); for a container, add that group by group_add.',
  },
  'link/not-serial': {
    retry: 'soon',
    what: 'The address leads to something that is no serial port.',
    hint: 'Check the address. With compose, DSMR_DEVICE, KAMSTRUP_DEVICE or MBUS_DEVICE in .env names the device; after a change: docker compose up -d.',
  },
  'link/busy': {
    retry: 'soon',
    what: 'The serial device is in use by another process.',
    hint: 'Stop the other program; only one can read a serial port.',
  },
  'link/refused': {
    retry: 'soon',
    what: 'The other end refused the connection.',
    hint: 'Check host and port, and that the serial server (ser2net, esp-link …) runs and has a free connection.',
  },
  'link/timeout': {
    retry: 'later',
    what: 'The other end did not answer in time.',
    hint: 'Check address, network and power of the device.',
  },
  'link/lost': {
    retry: 'soon',
    what: 'The connection ended: the adapter was unplugged, or the other end closed it.',
    hint: 'It is opened again by itself; a container may need a restart when its USB adapter was plugged in anew. If it happens often, check power supply and cable.',
  },
  'link/failed': {
    retry: 'later',
    what: 'The connection could not be opened or used, for a reason named in the message.',
    hint: 'Check the address and the settings of the line.',
  },
  'meter/silent': {
    retry: 'later',
    what: 'The line is open but nothing arrives.',
    hint: 'Check that the meter port is enabled, the cable is in the right socket, and its request line has power.',
  },
  'meter/no-answer': {
    retry: 'later',
    what: 'The meter was asked, but nothing came back.',
    hint: 'It may sleep: press a button on it. Else check the place of the optical head (turn it by 180 degrees, shift it a little), its magnet, cable and power.',
  },
  'meter/echo-only': {
    retry: 'later',
    what: 'Only the question came back, as the optical head sees its own light: head, cable and port work, the meter did not answer.',
    hint: 'The meter sleeps, or the head is not where its eye is: press a button on the meter, turn the head by 180 degrees, shift it a little.',
  },
  'meter/other-answer': {
    retry: 'now',
    what: 'The meter answered, but not to what it was asked: an answer that came late, or from another device.',
    hint: 'A few are harmless. Many mean a slow network, or a second program that talks to the same meter.',
  },
  'meter/no-record': {
    retry: 'later',
    what: 'A log of the meter holds no record.',
    hint: 'Try another log: which number holds daily, monthly or yearly values depends on how the module was ordered.',
  },
  'meter/register-missing': {
    retry: 'now',
    what: 'The meter does not have a register that it was asked for; the others are read as ever.',
    hint: 'Take the parameter out of the configuration. The register is asked for again after a day.',
  },
  'meter/collision': {
    retry: 'later',
    what: 'Several M-Bus meters answered at the same time, so that none could be understood.',
    hint: 'They have the same primary address: use their secondary addresses, which the scan command finds, or give them different ones with set-address.',
  },
  'meter/duplicate': {
    retry: 'never',
    what: 'Two entries of the configuration read the same meter. The one that came first goes on; what the other one reads is not published.',
    hint: 'Remove one of the two entries that the message names. If they are two meters: they have the same number, and only one of them can be read.',
  },
  'meter/encrypted': {
    retry: 'later',
    what: 'The values of the meter are encrypted and cannot be read with the key that is configured, or without one.',
    hint: 'Ask the supplier of the meter for its key (32 hexadecimal digits) and set it as key.',
  },
  'meter/undecodable': {
    retry: 'later',
    what: 'An answer of the meter arrived undamaged but breaks the rules of its protocol, or uses what is not supported.',
    hint: 'Please report it together with the bytes of the frame, which the status page shows.',
  },
  'meter/unintelligible': {
    retry: 'now',
    what: 'Bytes arrive but no frame can be found in them.',
    hint: 'Usually wrong line settings (speed, data bits, parity), an inverted signal, or two readers on one port.',
  },
  'command/no-answer': {
    retry: 'later',
    what: 'The meter did not answer a command in time.',
    hint: 'Check that it is connected to the internal broker and may read its command topics. Real meters often need 15 s: config_sender.ack_timeout_seconds.',
  },
  'command/refused': {
    retry: 'never',
    what: 'The meter answered a command with a failure.',
    hint: 'The log says why, if the meter did. Check that it knows this command, and the value.',
  },
  'command/odd-answer': {
    retry: 'now',
    what: 'An answer to a command came too late, from another meter, or cannot be read.',
    hint: 'If answers come late, raise config_sender.ack_timeout_seconds; real meters often need 15.',
  },
  'message/malformed': {
    retry: 'now',
    what: 'What a meter published is no JSON object. It was dropped.',
    hint: 'The log shows how it begins. Look for other programs that publish to the topics of the meters.',
  },
  'message/too-large': {
    retry: 'now',
    what: 'A message on a topic of the meters has more than 65,536 bytes, as no meter sends. It was dropped.',
    hint: 'Look for other programs that publish to the topics of the meters.',
  },
  'message/invalid-id': {
    retry: 'now',
    what: 'A message of a meter has no id of 8 to 20 letters and digits. It was dropped, as the id becomes a topic.',
    hint: 'The log shows how it begins. Check the meter, and who else may publish to its topics.',
  },
  'message/split': {
    retry: 'now',
    what: 'A meter sends its values in several messages, as a KPM37 does. They were dropped: that is not implemented.',
    hint: 'Put the id of the meter into kpm33b_meters.exclude_device_ids.',
  },
  'meter/refused': {
    retry: 'later',
    what: 'The meter understood a request and refused it.',
    hint: 'The message tells its reason. Often an option of the meter must be switched on first.',
  },
  'meter/not-ready': {
    retry: 'later',
    what: 'The meter answers but has no values yet, as some do for minutes after they were switched on.',
    hint: 'Wait; it is asked again by itself.',
  },
  'meter/frozen': {
    retry: 'later',
    what: 'The device answers with values that never change, as some do until they are restarted.',
    hint: 'Take it off the power for a minute, or restart it in the app of its vendor.',
  },
  'meter/key-spent': {
    retry: 'later',
    what: 'An encrypted device needs a new key, which it makes only when it starts.',
    hint: 'It is restarted by itself. If that does not help, take it off the power for a minute.',
  },
  'meter/other-scale': {
    retry: 'never',
    what: 'Two values of a device fit each other better if one of them has another number of decimals.',
    hint: 'Compare with the app of its vendor; if the app agrees, set pv_current_decimals of the inverter.',
  },
  'control/out-of-range': {
    retry: 'never',
    what: 'A command asked for a value that the device may not be given.',
    hint: 'Send a value within the limits that the message names.',
  },
  'control/refused': {
    retry: 'never',
    what: 'A command was not carried out.',
    hint: 'The message tells why. Commands must be switched on in the configuration and be sent without retain.',
  },
  'mqtt/unreachable': {
    retry: 'later',
    what: 'The MQTT broker cannot be reached.',
    hint: 'Check mqtt.url (in a container, localhost is the container itself), and that the broker runs. Readings are kept and sent when it is back.',
  },
  'mqtt/refused': {
    retry: 'later',
    what: 'The MQTT broker refused the connection.',
    hint: 'Check mqtt.username and mqtt.password, and that the broker knows the user.',
  },
  'mqtt/tls': {
    retry: 'later',
    what: 'The encrypted connection to the MQTT broker could not be made.',
    hint: 'Check that mqtt.tls.ca_file holds the certificate authority of the broker and that the host name in mqtt.url is in its certificate, and that the certificate is still valid.',
  },
  'mqtt/lost': {
    retry: 'later',
    what: 'The connection to the MQTT broker broke.',
    hint: 'The bridge connects again by itself; readings are kept until then.',
  },
  'mqtt/taken-over': {
    retry: 'later',
    what: 'Another client connected with the same client id, so the broker ended this connection.',
    hint: 'Give each instance its own mqtt.client_id, or stop the other one.',
  },
  'mqtt/not-authorized': {
    retry: 'never',
    what: 'The broker refused a message or a subscription: the user may not use its topic, or the message is too large.',
    hint: 'Allow the topic in the ACL of the broker. The message was dropped so that others can pass.',
  },
  'mqtt/malformed': {
    retry: 'never',
    what: 'A message that the broker delivered is not valid UTF-8 text and was ignored.',
    hint: 'Look for who publishes to the topic that is named; a retained message there should be removed.',
  },
  'mqtt/oversized': {
    retry: 'never',
    what: 'A message that the broker delivered was larger than 1 MiB and was dropped.',
    hint: 'Look for who publishes to the topic that is named; no meter sends so much.',
  },
  'outbox/overflow': {
    retry: 'never',
    what: 'More messages waited for the broker than the outbox may hold; the oldest were dropped.',
    hint: 'Restore the connection to the broker, or raise the limits in store.outbox.',
  },
  'outbox/lost': {
    retry: 'never',
    what: 'Readings were lost: the bridge stopped before the broker had taken them, and no file could keep them.',
    hint: 'With store.enabled: true, a store.path that can be written, and mqtt.qos: 1, they wait for the next start.',
  },
  'store/in-use': {
    retry: 'later',
    what: 'Another process has the file of the store open.',
    hint: 'Stop the other one, or give each a store.path of its own. Until then readings are kept in memory.',
  },
  'store/full': {
    retry: 'later',
    what: 'The file of the store cannot grow: the disk is full, or the file has reached its largest size.',
    hint: 'Make room on the disk. Until then readings are kept in memory, as far as that goes.',
  },
  'store/read-only': {
    retry: 'later',
    what: 'The file of the store, or its folder, cannot be written.',
    hint: 'Let the bridge write to the folder of store.path, or set store.enabled: false. Until then readings are kept in memory.',
  },
  'store/failed': {
    retry: 'later',
    what: 'The file of the store cannot be used, for a reason named in the message.',
    hint: 'Check the disk and store.path. Until then readings are kept in memory.',
  },
  'store/corrupt': {
    retry: 'now',
    what: 'The file of the store is damaged. It was moved aside and a new one was begun.',
    hint: 'Usually after a power failure on a worn SD card. The sqlite3 program can recover what is left in the old file.',
  },
  'store/newer': {
    retry: 'now',
    what: 'The file of the store was written by a newer version. It was moved aside and a new one was begun.',
    hint: 'To use it again, go back to the newer version and move the file back.',
  },
  'store/deleted': {
    retry: 'now',
    what: 'The file of the store was deleted while the bridge was running. It was put back with all that was in it.',
    hint: 'To begin a new one, stop the bridge before you delete it.',
  },
  'store/backup': {
    retry: 'later',
    what: 'A backup of the store could not be made.',
    hint: 'Check that store.backup.path is a folder that can be written and has room; the next backup is made when it is due.',
  },
  'systemd/unreachable': {
    retry: 'later',
    what: 'systemd could not be told how the bridge is doing, though it wants to know (NOTIFY_SOCKET is set).',
    hint: 'Check that /usr/bin/systemd-notify exists and that the unit has NotifyAccess=all.',
  },
  'line/stalled': {
    retry: 'never',
    what: 'Nothing has come from a line for minutes, not even an error: its source hangs. The bridge counts as unhealthy, and the watchdog of systemd is not fed any more.',
    hint: 'With WatchdogSec= in its unit, systemd restarts the bridge; restart a container by hand. Please report it with the log lines before this one.',
  },
  'line/overloaded': {
    retry: 'now',
    what: 'Reading the meters of a line takes longer than their intervals: each has its turn, but less often than it should.',
    hint: 'Give the meters of this line longer intervals, or put some of them on a line of their own.',
  },
  'counter/held': {
    retry: 'now',
    what: 'A total of a meter fell, or rose faster than is possible. The value is held back until another reading confirms it.',
    hint: 'One such value is usually a disturbance on the line. If the meter really counts so fast, raise counter_guard.max_power_kw or max_flow_m3h of the meter.',
  },
  'counter/confirmed': {
    retry: 'now',
    what: 'A total of a meter that fell, or rose faster than is possible, was confirmed by another reading and is published.',
    hint: 'Usual after the meter was exchanged. If it was not, look at what the meter itself shows.',
  },
  'http/unavailable': {
    retry: 'never',
    what: 'The HTTP port of status page and health checks cannot be opened.',
    hint: 'It is tried again every 30 s. Choose another http.port, or set http.enabled: false.',
  },
  'log/file': {
    retry: 'later',
    what: 'The log file cannot be written. Lines go to standard output alone until it can.',
    hint: 'Check log.file.path, and that its disk has room. The file is tried again every minute.',
  },
  'internal/unexpected': {
    retry: 'later',
    what: 'Something happened that the program is not prepared for.',
    hint: 'Please report it with the log lines around it.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;

export type ErrorCode = keyof typeof errorCodes;
