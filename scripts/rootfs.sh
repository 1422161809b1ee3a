#!/bin/sh
# Lays out what the container image of one architecture contains: `rootfs.sh BINARY amd64|arm64`.
#
# The result is rootfs/ARCHITECTURE, which Containerfile copies: the program, its licences, and a folder for temporary
# files. Exit 2: wrong use. Exit 1: the binary is not static, so that it could not run in an empty image.
set -eu

case "$#${2:-}" in
2amd64 | 2arm64) ;;
*)
  printf 'error: which binary, for which architecture?\n  help: scripts/rootfs.sh BINARY amd64|arm64\n' >&2
  exit 2
  ;;
esac
[ -f "$1" ] || {
  printf 'error: %s is no file\n  help: give the path of a binary for a musl target\n' "$1" >&2
  exit 2
}
binary=$(CDPATH='' cd -- "$(dirname -- "$1")" && pwd)/$(basename -- "$1")
cd "$(dirname "$0")/.."
# A program with an interpreter is loaded by one that an empty image does not have.
if readelf --wide --program-headers "$binary" | grep -q INTERP; then
  printf 'error: %s is not a static program\n  help: build it for a musl target\n' "$1" >&2
  exit 1
fi
rm -rf "rootfs/$2"
mkdir -p "rootfs/$2/ledger" "rootfs/$2/licenses" "rootfs/$2/tmp"
cp "$binary" "rootfs/$2/exledger"
cp LICENSE-APACHE LICENSE-MIT "rootfs/$2/licenses/"
chmod 755 "rootfs/$2/exledger"
chmod 1777 "rootfs/$2/tmp"
