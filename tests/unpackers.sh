#!/usr/bin/env bash
# The programs that must be able to unpack what customers download: found, or installed from Debian.
set -euo pipefail
command -v unzip >/dev/null && command -v 7zz >/dev/null && exit 0
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
echo "Installing unzip and 7zip for the tests …"
"${as_root[@]}" apt-get -o DPkg::Lock::Timeout=300 -qq update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends unzip 7zip >/dev/null
