#!/bin/sh
# Makes the accounts of a broker, each with a random password: make-accounts.sh FOLDER [central|internal NAME...]
#
#   FOLDER/central, FOLDER/internal    for the brokers: hashed passwords, rights, and the options of mosquitto_sub
#   FOLDER/NAME/central, …/internal    the password of that account, for whoever uses it
#
# Without names: those of all bridges, of Home Assistant, of the demo's simulator, and of `reader`, who may read everything. What is there
# already stays as it is, but for the rights, which are made of mosquitto/central.acl and internal.acl each time: an account without a
# section of its own there has what stands under `user %u`, where %u is its name.
# A new password: delete the old one, run this again, and have the broker read its files (SIGHUP).
# Runs wherever mosquitto_passwd is: on the machine of the broker, or in the broker's image:
#   docker run --rm -v "$PWD:/meterbridge:ro" -v "$PWD/accounts:/accounts" -e APP_OWNER=1000 eclipse-mosquitto:2 \
#     sh /meterbridge/deploy/make-accounts.sh /accounts
# Started by root, it gives the brokers' files to the user mosquitto, and passwords to APP_OWNER if that is set.
set -eu
umask 077

BRIDGES='dsmr-bridge hoymiles-bridge kamstrup-bridge kpm33b-config-sender kpm33b-proxy mbus-gateway'

usage() {
  echo "usage: $0 FOLDER [central|internal NAME...]" >&2
  exit 64
}

make_account() { # BROKER NAME
  secret=$folder/$2/$1
  passwords=$folder/$1/passwords
  mkdir -p "$folder/$1" "$folder/$2"
  touch "$passwords"
  if [ -s "$secret" ] && grep -q "^$2:" "$passwords"; then return; fi
  [ -s "$secret" ] || head -c 24 /dev/urandom | base64 | tr '+/' '-_' >"$secret"
  # Hashed in a file, as the arguments of a process can be read by everybody.
  { printf '%s:' "$2" && cat "$secret"; } >"$passwords.one"
  mosquitto_passwd -U "$passwords.one"
  grep -v "^$2:" "$passwords" >>"$passwords.one" || true
  mv "$passwords.one" "$passwords"
  if [ "$2" = reader ]; then
    # With XDG_CONFIG_HOME=FOLDER/central a plain mosquitto_sub is that account.
    printf -- '-u %s\n-P %s\n' "$2" "$(cat "$secret")" >"$folder/$1/mosquitto_sub"
  fi
  echo "$1 broker: account $2"
}

make_rights() { # BROKER
  rules=$(dirname "$0")/../mosquitto/$1.acl
  {
    sed '/^user %u$/,$d' "$rules"
    cut -d: -f1 "$folder/$1/passwords" | while read -r name; do
      grep -qx "user $name" "$rules" || sed -n "/^user %u\$/,\$ { s/%u/$name/g; p; }" "$rules"
    done
  } >"$folder/$1/acl.new"
  mv "$folder/$1/acl.new" "$folder/$1/acl"
}

give() { # OWNER PATH...
  owner=$1
  shift
  if [ "$(id -u)" = 0 ] && [ -n "$owner" ]; then chown -R "$owner" "$@"; fi
}

[ $# -ge 1 ] || usage
folder=$1
shift
case ${1-all} in
  all)
    for name in $BRIDGES homeassistant reader; do make_account central "$name"; done
    for name in kpm33b-config-sender kpm33b-proxy simulator reader; do make_account internal "$name"; done
    ;;
  central | internal)
    broker=$1
    shift
    [ $# -ge 1 ] || usage
    for name in "$@"; do
      case $name in '' | *[!A-Za-z0-9_-]* | central | internal) usage ;; esac
      make_account "$broker" "$name"
    done
    ;;
  *) usage ;;
esac
for broker in central internal; do
  if [ -e "$folder/$broker/passwords" ]; then make_rights "$broker"; fi
done
for path in "$folder"/*; do
  case $path in
    */central | */internal) give "$(getent passwd mosquitto | cut -d: -f3,4)" "$path" ;;
    *) give "${APP_OWNER-}" "$path" ;;
  esac
done
