#!/bin/sh
# assemble.sh FOLDER [cpu|cuda]: lays out in FOLDER what the image holds, from a checkout that is built.
# Run by the Dockerfile, in the root of the repository.
set -eu
image="$1" device="${2:-cpu}"
case "$device" in cpu | cuda) ;; *) echo "DEVICE is cpu or cuda, not $device." >&2 && exit 2 ;; esac

app="$image/app"
mkdir -p "$app"

# What npm would publish, and of the locked packages those that it needs.
published='weights weights-tiny onnxruntime protocol asr web server'
for name in $published; do
  npm pack --silent --pack-destination "$image" --workspace "packages/$name" >/dev/null
  mkdir -p "$app/packages/$name"
  tar -xzf "$image"/auscult-"$name"-[0-9]*.tgz --strip-components 1 -C "$app/packages/$name"
  rm "$image"/*.tgz
done
cp package.json package-lock.json .npmrc "$app"
for folder in packages/client packages/elements lexicon bench fuzz examples; do
  mkdir -p "$app/$folder"
  cp "$folder/package.json" "$app/$folder"
done
(cd "$app" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --workspace packages/server --workspace packages/weights-tiny)
# The programs start twice as fast from a few files, which find the others from the same place as in the checkout.
cp -R packages/server/dist/bundle "$app/packages/server/dist/bundle"

if [ "$device" = cuda ]; then
  # Its script fetches the libraries for CUDA.
  npm rebuild onnxruntime-node --ignore-scripts=false
  cp -R node_modules/onnxruntime-node "$app/node_modules/onnxruntime-node"
  find "$app/node_modules/onnxruntime-node/bin/napi-v6" -mindepth 2 -maxdepth 2 ! -path "*/linux/$(node -p process.arch)" -exec rm -rf {} +
fi

# Nothing here is for another system, for builds or for people who read it.
native="linux-$(node -p process.arch)"
find "$app/node_modules" -path '*/prebuilds/*' -prune -type d ! -name "$native" -exec rm -rf {} +
rm -rf "$app/packages/server/deploy" "$app/packages/server/docs" "$app/node_modules/@photostructure/sqlite/src" "$app/node_modules/.bin" "$app"/lexicon "$app"/bench "$app"/fuzz "$app"/examples "$app/packages/client" "$app/packages/elements"
find "$app" -type l ! -exec test -e {} \; -delete
find "$app" -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.md' -not -name 'NOTICE.md' -not -iname 'licen*' \) -delete
rm "$app/package-lock.json" "$app/.npmrc"

mkdir -p "$image/usr/local/bin"
cp "$(node -p process.execPath)" "$image/usr/local/bin/node"
# Anybody may be its user, and both folders are mounts in earnest.
mkdir -p "$image/var/lib/auscult" "$image/var/cache/auscult" "$image/tmp"
chmod 1777 "$image/var/lib/auscult" "$image/var/cache/auscult" "$image/tmp"
[ "$device" = cpu ] || exit 0

# The rest of a system that Node needs. The image for CUDA has one.
mkdir -p "$image/usr/bin" "$image/etc"
cp /usr/bin/prlimit "$image/usr/bin"
{
  find "$app" -type f \( -name '*.node' -o -name '*.so*' \) ! -name '*musl*' -exec ldd {} + || true
  ldd "$image/usr/local/bin/node" "$image/usr/bin/prlimit"
} | sed -n 's/.*\(=>\|^\t\) *\(\/[^ ]*\) (0x.*/\2/p' | grep -v "^$app" | sort -u | while read -r library; do
  mkdir -p "$image$(dirname "$library")"
  cp -L "$library" "$image$library"
  # Some packages know their files by the folders that are links in later ones.
  dpkg -S "$library" 2>/dev/null || dpkg -S "/usr$library" 2>/dev/null || dpkg -S "${library#/usr}"
done >"$image/owners"
dpkg -S /usr/bin/prlimit >>"$image/owners"
sed 's/:.*//' "$image/owners" | sort -u | while read -r package; do
  mkdir -p "$image/usr/share/doc/$package"
  cp -L "/usr/share/doc/$package/copyright" "$image/usr/share/doc/$package"
  dpkg-query --show --showformat '${Package} ${Version} ${Architecture}\n' "$package"
done >"$image/packages"
node deploy/image/describe-system.js "$app/packages/server/sbom.cdx.json" <"$image/packages"
rm "$image/owners" "$image/packages"
cp /etc/os-release "$image/etc/os-release"
echo 'hosts: files dns' >"$image/etc/nsswitch.conf"
printf 'root:x:0:0::/:/nonexistent\nauscult:x:10001:10001::/var/lib/auscult:/nonexistent\n' >"$image/etc/passwd"
printf 'root:x:0:\nauscult:x:10001:\n' >"$image/etc/group"
