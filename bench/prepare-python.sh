#!/usr/bin/env bash
# Creates the Python environment of `peers` or `voices`, once, and prints the path of its interpreter.
# With --ready it creates nothing, and fails where the environment is not there.
set -euo pipefail
what=$1
requirements=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/$what/requirements.txt
venv=${XDG_CACHE_HOME:-$HOME/.cache}/auscult/$what
if ! cmp -s "$requirements" "$venv/installed.txt"; then
  if [ "${2-}" = --ready ]; then exit 1; fi
  python3 -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2
  cp "$requirements" "$venv/installed.txt"
fi
echo "$venv/bin/python"
