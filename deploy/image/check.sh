#!/bin/bash
# check.sh [FOLDER]: starts the image `localhost/auscult`, or the file system of one in FOLDER, as root does for a container:
# with a root that cannot be written to, as a user that nobody knows, without a network. Says whether it becomes healthy,
# transcribes a clip, and ends with status 0 on SIGTERM.
set -euo pipefail

program=/app/packages/server/dist/bundle/main.js
clip=/app/packages/server/assets/self-test.flac

if [ "${1:-}" != inside ]; then
  if [ -n "${1:-}" ]; then
    folder="$1"
  else
    container="$(buildah from --pull-never localhost/auscult)"
    trap 'buildah rm "$container" >/dev/null' EXIT
    folder="$(buildah mount "$container")"
  fi
  unshare --mount --net --pid --fork --mount-proc "$0" inside "$folder"
  exit
fi

# From here on, mounts and processes are seen and survive nowhere else.
folder="$2"
root="$(mktemp -d)"
ip link set lo up
# Runtimes make these, too.
mkdir -p "$folder/proc" "$folder/dev"
mount --bind "$folder" "$root"
for place in var/lib/auscult var/cache/auscult; do
  [ -d "$root/$place" ] || { echo "FAILED: the image has no folder /$place" && exit 1; }
done
mount -t tmpfs -o mode=1777 none "$root/var/lib/auscult"
mount -t tmpfs -o mode=1777 none "$root/var/cache/auscult"
mount -t proc none "$root/proc"
mount --rbind /dev "$root/dev"
mount -o remount,bind,ro "$root"

# As the image is configured, and as somebody who tries it on this machine alone would run it.
node=(env -i PATH=/usr/sbin:/usr/bin NODE_ENV=production AUSCULT_HOST=0.0.0.0 AUSCULT_INSECURE_NETWORK=true
  AUSCULT_DATA_DIRECTORY=/var/lib/auscult AUSCULT_CACHE_DIRECTORY=/var/cache/auscult
  AUSCULT_MODEL_DIRECTORY=/var/cache/auscult AUSCULT_WORKERS=1
  chroot --userspec=12345:12345 --groups= "$root" /usr/local/bin/node)

fail() {
  echo "FAILED: $1"
  cat "$log"
  exit 1
}

log="$(mktemp)"
"${node[@]}" "$program" serve --log-format json >"$log" 2>&1 &
server=$!
for _ in $(seq 120); do
  grep -q '"event":"ready"' "$log" && grep -q '"event":"listening"' "$log" && break
  kill -0 "$server" 2>/dev/null || fail 'the server ended'
  sleep 1
done
"${node[@]}" "$program" doctor --live || fail 'not live'
"${node[@]}" "$program" doctor --ready || fail 'not ready'

text="$("${node[@]}" --input-type=module -e "
  import { openAsBlob } from 'node:fs';
  const form = new FormData();
  form.set('file', await openAsBlob('$clip'), 'clip.flac');
  form.set('response_format', 'text');
  const answer = await fetch('http://127.0.0.1:8000/v1/audio/transcriptions', { method: 'POST', body: form });
  console.log(await answer.text());
")"
grep -qi 'disposed young man' <<<"$text" || fail 'the clip was not transcribed'
echo '✓ text          the clip was transcribed'

if "${node[@]}" -e "require('fs').writeFileSync('/app/x', '')" 2>/dev/null; then fail 'the root can be written to'; fi
echo '✓ root          cannot be written to'
[ ! -e "$root/bin/sh" ] && [ ! -e "$root/usr/bin/sh" ] && echo '✓ shell         there is none'

kill -TERM "$server"
wait "$server" && echo '✓ drain         ended with status 0 on SIGTERM' || fail "the server ended with status $?"
