#!/usr/bin/env bash
# Packs the binaries of a release, always to the same bytes: `archive.sh VERSION FROM TO SECONDS`.
#
# FROM holds a folder `binary-TARGET` for each target, with the binary in it; SECONDS, since 1970, is the time of all files
# in the archives. TO gets one archive for each target, with the binary, the licences and the README at its top level.
# Needs GNU tar and zip.
set -euo pipefail

if [ "$#" -ne 4 ]; then
  printf 'error: what is to be packed?\n  help: scripts/archive.sh 1.2.3 FROM TO SECONDS\n' >&2
  exit 2
fi
version=$1 from=$(cd "$2" && pwd) seconds=$4
mkdir -p "$3"
to=$(cd "$3" && pwd)
cd "$(dirname "$0")/.."

targets=(
  x86_64-unknown-linux-musl
  aarch64-unknown-linux-musl
  x86_64-apple-darwin
  aarch64-apple-darwin
  x86_64-pc-windows-msvc
)
documents=(LICENSE-APACHE LICENSE-MIT README.md CHANGELOG.md)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for target in "${targets[@]}"; do
  binary=exledger
  if [[ $target == *windows* ]]; then binary=exledger.exe; fi
  name="exledger-v$version-$target"
  mkdir "$work/$target"
  cp "$from/binary-$target/$binary" "${documents[@]}" "$work/$target/"
  chmod 644 "$work/$target"/*
  chmod 755 "$work/$target/$binary"
  TZ=UTC touch -d "@$seconds" "$work/$target"/*
  if [[ $target == *windows* ]]; then
    (cd "$work/$target" && TZ=UTC zip -q -X "$to/$name.zip" "$binary" "${documents[@]}")
  else
    tar --create --format=ustar --owner=0 --group=0 --numeric-owner --directory "$work/$target" \
      "$binary" "${documents[@]}" | gzip --no-name -9 >"$to/$name.tar.gz"
  fi
done
