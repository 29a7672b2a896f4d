#!/bin/sh
# Makes a certificate for the central broker, signed by a private authority: make-certificates.sh FOLDER HOST...
#
#   FOLDER/ca.pem                   give it to everybody who connects (mqtt.tls.ca_file)
#   FOLDER/ca.key                   signs the next certificate: keep it away from the broker, best on another machine
#   FOLDER/broker/server.{pem,key}  the broker's own
#   FOLDER/broker/tls.conf          makes mosquitto/central.conf listen on port 8883
#
# HOST: the names and addresses by which clients reach the broker (those in mqtt.url). Run it again to renew the
# certificate, by the same authority, and have the broker read it (SIGHUP). DAYS: how long it is valid, 825 by default.
# BROKER_OWNER: who runs the broker; the user 1883 of the broker's image by default.
set -eu
umask 077

if [ $# -lt 2 ]; then
  echo "usage: $0 FOLDER HOST..." >&2
  exit 64
fi
folder=$1
shift
new_key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

names=
for host in "$@"; do
  case $host in
    '' | *[!0-9A-Za-z.:_-]*)
      echo "$0: \"$host\" is no name or address of a host" >&2
      exit 64
      ;;
    *:*) kind=IP ;;
    *[!0-9.]*) kind=DNS ;;
    *) kind=IP ;;
  esac
  names=$names${names:+,}$kind:$host
done

mkdir -p "$folder/broker"
if [ ! -s "$folder/ca.key" ]; then
  # shellcheck disable=SC2086
  openssl req -x509 $new_key -keyout "$folder/ca.key" -out "$folder/ca.pem" -days 3650 \
    -subj '/CN=Meterbridge private authority' -addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
  chmod 644 "$folder/ca.pem"
fi
# shellcheck disable=SC2086
openssl req $new_key -keyout "$work/server.key" -out "$work/server.csr" -subj "/CN=$1" 2>/dev/null
cat >"$work/extensions" <<END
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
subjectAltName=$names
END
openssl x509 -req -in "$work/server.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -set_serial "0x$(openssl rand -hex 16)" \
  -days "${DAYS:-825}" -sha256 -extfile "$work/extensions" -out "$work/server.pem" 2>/dev/null
cat "$work/server.pem" >"$folder/broker/server.pem"
cat "$work/server.key" >"$folder/broker/server.key"
cat >"$folder/broker/tls.conf" <<END
# Made by make-certificates.sh; the paths are those of the container.
listener 8883
certfile /mosquitto/tls/server.pem
keyfile /mosquitto/tls/server.key
tls_version tlsv1.2
END
if [ "$(id -u)" = 0 ]; then
  chown -R "${BROKER_OWNER:-1883}" "$folder/broker"
else
  echo "The broker must be able to read its key: sudo chown -R ${BROKER_OWNER:-1883} $folder/broker" >&2
fi
echo "$folder/broker: a certificate for $* until $(openssl x509 -in "$work/server.pem" -noout -enddate | cut -d= -f2)"
