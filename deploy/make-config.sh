#!/bin/sh
# Makes ./config: the sample configuration of each app, for the brokers of docker-compose.yml; make-config.sh [APP...]
# Files that are there already stay as they are. CONFIG_DIR in .env has compose use them.
set -eu
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- dsmr-bridge kamstrup-bridge mbus-gateway hoymiles-bridge kpm33b-proxy kpm33b-config-sender
mkdir -p config
for app in "$@"; do
  file=config/$app.yaml
  if [ -e "$file" ]; then
    echo "$file is kept"
    continue
  fi
  # The lines of the samples that say where the brokers are, and who comes.
  sed \
    -e '/^mqtt:/,/^[a-z]/s|url: mqtt://localhost:1883|url: mqtt://mosquitto-central:1883|' \
    -e "/^mqtt:/,/^[a-z]/s|# username: .*|username: $app|" \
    -e '/^mqtt:/,/^[a-z]/s|# password: .*|password_file: /run/account/central|' \
    -e '/^internal_broker:/,/^[a-z]/s|host: .*|host: mosquitto-internal|' \
    -e "/^internal_broker:/,/^[a-z]/s|# username: .*|username: $app|" \
    -e '/^internal_broker:/,/^[a-z]/s|# password: .*|password_file: /run/account/internal|' \
    "apps/$app/config.sample.yaml" >"$file"
  case $app in
    kpm33b-*) echo "$file is made" ;;
    hoymiles-*) echo "$file is made: set the host of your DTU in it" ;;
    *) echo "$file is made: set the address of your meter in it" ;;
  esac
done
grep -qs '^CONFIG_DIR=' .env || echo 'CONFIG_DIR=./config' >>.env
