#!/bin/sh
# Removes what install.sh installed: uninstall.sh [APP...], all by default. Configuration and data stay.
set -eu

opt=/opt/meterbridge
unit_file=/etc/systemd/system/meterbridge@.service

if [ "$(id -u)" != 0 ]; then
  echo 'uninstall.sh: only root may remove services: use sudo' >&2
  exit 1
fi
installed() {
  for program in "$opt"/*/main.js; do
    if [ -e "$program" ]; then basename "$(dirname "$program")"; fi
  done
}
for app in ${*:-$(installed)}; do
  systemctl disable --now "meterbridge@$app" 2>/dev/null || true
  systemctl reset-failed "meterbridge@$app" 2>/dev/null || true
  rm -rf "${opt:?}/$app"
  echo "meterbridge@$app is removed"
done
if [ -z "$(installed)" ]; then
  rm -rf "$opt" "$unit_file"
  systemctl daemon-reload
fi
echo 'Configuration (/etc/meterbridge) and data (/var/lib/private/meterbridge) are left as they are.'
