#!/usr/bin/env bash
# Creates the Python environment of the peer, once, and prints the path of its interpreter.
# With --ready it creates nothing, and fails where the environment is not there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${XDG_CACHE_HOME:-$HOME/.cache}/auscult/peers
if ! cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
  if [ "${1-}" = --ready ]; then exit 1; fi
  python3 -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
  cp "$here/requirements.txt" "$venv/installed.txt"
fi
echo "$venv/bin/python"
