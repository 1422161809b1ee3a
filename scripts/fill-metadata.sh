#!/bin/sh
# Writes the address of the project's repository into the files that need it: `fill-metadata.sh OWNER/REPO [COMMIT]`.
#
# The tree names no repository until there is one. A maintainer runs this once and commits the result; `release.yml` runs
# it before it builds, with the commit that is released, which a commit cannot contain itself.
# Exit 0: written, or it was already so. Exit 1: the tree names another repository. Exit 2: wrong use.
set -eu
LC_ALL=C
export LC_ALL

stop() {
  printf 'error: %s\n  help: %s\n' "$2" "$3" >&2
  exit "$1"
}

repository=${1:-}
commit=${2:-}
case $repository in
*[!0-9A-Za-z._/-]* | */*/* | /* | */ | -* | .* | */.*) repository='' ;;
*/*) ;;
*) repository='' ;;
esac
if [ -z "$repository" ] || [ "$#" -gt 2 ]; then
  stop 2 'which repository?' 'scripts/fill-metadata.sh OWNER/REPO [COMMIT]'
fi
case $commit in
*[!0-9a-f]*) stop 2 "'$commit' is no commit id" 'give all 40 digits of it' ;;
'') ;;
*) [ "${#commit}" -eq 40 ] || stop 2 "'$commit' is no full commit id" 'give all 40 digits of it' ;;
esac

cd "$(dirname "$0")/.."
version=$(sed -n 's/^version = "\([0-9A-Za-z.+-]*\)"$/\1/p' Cargo.toml | head -n 1)
[ -n "$version" ] || stop 1 'Cargo.toml has no version' 'restore its line: version = "1.2.3"'
named=$(sed -n "s/^repository='\(.*\)'\$/\1/p" scripts/install.sh)
case $named in
'' | "$repository") ;;
*) stop 1 "scripts/install.sh names the repository $named, not $repository" "in a fork, write repository='' there first" ;;
esac

# Writes a file through a filter, keeping its mode: `rewrite FILE COMMAND…`.
rewrite() {
  file=$1
  shift
  "$@" <"$file" >"$file.filled"
  cmp -s "$file" "$file.filled" || cat "$file.filled" >"$file"
  rm -f "$file.filled"
}

address="https://github.com/$repository"
with_address() {
  awk -v address="$address" -v docs="$address/blob/v$version/docs/README.md" '
    /^\[/ { in_package = $0 == "[package]" }
    in_package && /^(repository|homepage|documentation) = / { next }
    { print }
    in_package && /^readme = / {
      print "repository = \"" address "\""
      print "homepage = \"" address "\""
      print "documentation = \"" docs "\""
    }'
}
rewrite Cargo.toml with_address
rewrite scripts/install.sh sed "s|^repository=''\$|repository='$repository'|"
if [ -n "$commit" ]; then
  rewrite scripts/install.sh sed -e "s|^version='.*'\$|version='$version'|" -e "s|^commit='.*'\$|commit='$commit'|"
fi
rewrite CHANGELOG.md sed "s|github.com/example/exledger|github.com/$repository|g"
rewrite docs/start.md sed "s|OWNER/REPO|$repository|g"
