#!/bin/bash
# build-without-registry.sh [FOLDER]: builds the image where no registry of images can be reached, as root, on Debian or
# Ubuntu with buildah and debootstrap. Its base has Debian's packages and the Node that runs here. FOLDER holds what is
# made on the way (default: a new one).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

work="${1:-$(mktemp -d)}"
suite="${SUITE:-bookworm}"
base=localhost/auscult-node-base
image=localhost/auscult
mkdir -p "$work"

if [ ! -e "$work/base/usr/bin/prlimit" ]; then
  debootstrap --variant=minbase --include=ca-certificates,libstdc++6 "$suite" "$work/base"
fi

install -D "$(node -p process.execPath)" "$work/base/usr/local/bin/node"
mkdir -p "$work/base/usr/local/lib/node_modules"
cp -RT "$(npm root -g)/npm" "$work/base/usr/local/lib/node_modules/npm"
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$work/base/usr/local/bin/npm"
echo "Node $(chroot "$work/base" /usr/local/bin/node --version) on Debian $suite"

container="$(buildah from scratch)"
buildah add --quiet "$container" "$work/base" /
buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
# Authorities that this machine trusts beside Debian's.
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
  buildah add --quiet "$container" "$NODE_EXTRA_CA_CERTS" /etc/ssl/certs/extra.crt
  buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/extra.crt "$container"
fi
buildah commit --quiet --rm "$container" "$base" >/dev/null

# Docker's format has a place for the health check.
buildah build --layers --isolation chroot --format docker --pull-never \
  --build-arg "NODE_IMAGE=$base" --build-arg "REVISION=$(git rev-parse HEAD)" \
  --build-arg "VERSION=$(node -p "require('./packages/server/package.json').version")" \
  --volume "$(npm config get cache):/root/.npm" --tag "$image" .
buildah images "$image"
