#!/bin/sh
# Installs bridges as systemd services: install.sh [APP...], all by default. Run it again to upgrade.
#
#   /opt/meterbridge/APP            the program: apps/APP/dist, made by `npx -y pnpm@12 build`
#   /opt/meterbridge/bin/node       the Node.js that runs it: NODE, or the first that is new enough
#   /etc/meterbridge/APP.yaml       its configuration: a sample if there is none, else left as it is
#   /var/lib/meterbridge/APP        what it keeps, made by systemd
set -eu
umask 022

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
opt=/opt/meterbridge
etc=/etc/meterbridge
units=/etc/systemd/system

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

is_new_enough() {
  [ "$("$1" -p 'process.versions.node.split(".")[0] >= 24' 2>/dev/null)" = true ]
}

find_node() { # also where only this repository has one
  for node in "${NODE-}" "$(command -v node || true)" "$root/node_modules/.bin/node"; do
    if [ -n "$node" ] && is_new_enough "$node"; then
      "$node" -p process.execPath
      return
    fi
  done
  fail 'Node.js 24 or later was not found: install it from https://nodejs.org, or name it: NODE=/path/to/node'
}

install_node() {
  mkdir -p "$opt/bin"
  case $1 in
    "$opt/bin/node") ;;
    # A service sees no home folders, and a clone may move: what is elsewhere is copied.
    /usr/*) ln -sfn "$1" "$opt/bin/node" ;;
    *)
      rm -f "$opt/bin/node"
      install -m 755 "$1" "$opt/bin/node"
      ;;
  esac
}

install_app() {
  rm -rf "$opt/$1.new"
  cp -R "$root/apps/$1/dist" "$opt/$1.new"
  chmod -R u=rwX,go=rX "$opt/$1.new"
  rm -rf "${opt:?}/$1"
  mv "$opt/$1.new" "$opt/$1"
  if [ ! -e "$etc/$1.yaml" ]; then
    (umask 077 && "$opt/bin/node" "$opt/$1/main.js" sample-config >"$etc/$1.yaml.new")
    chgrp meterbridge "$etc/$1.yaml.new"
    chmod 640 "$etc/$1.yaml.new"
    mv "$etc/$1.yaml.new" "$etc/$1.yaml"
  fi
}

start_app() {
  unit=meterbridge@$1
  if systemctl is-enabled --quiet "$unit" 2>/dev/null; then
    systemctl restart "$unit"
    echo "$unit runs the new version"
  else
    echo "$unit is installed. Set $etc/$1.yaml, then: systemctl enable --now $unit"
  fi
}

[ "$(id -u)" = 0 ] || fail 'only root may install services: use sudo'
command -v systemctl >/dev/null || fail 'there is no systemd on this machine'
all=$(ls "$root/apps" | grep -v Dockerfile)
for app in ${*:-$all}; do
  [ -d "$root/apps/$app" ] || fail "there is no app \"$app\", but $(echo $all)"
  [ -s "$root/apps/$app/dist/main.js" ] || fail "apps/$app/dist is missing: npx -y pnpm@12 build"
done
node=$(find_node)
groupadd --system --force meterbridge
mkdir -p "$etc"
chgrp meterbridge "$etc"
chmod 750 "$etc"
install_node "$node"
install -m 644 "$here/systemd/meterbridge@.service" "$units/"
systemctl daemon-reload
for app in ${*:-$all}; do
  install_app "$app"
  start_app "$app"
done
