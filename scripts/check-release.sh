#!/bin/sh
# Checks that a tag may be released and prints the notes of the release: `check-release.sh TAG OWNER/REPO`.
#
# The tag, the version in Cargo.toml and Cargo.lock, a section of CHANGELOG.md, and the address in scripts/install.sh must
# agree. Exit 0: the section is on stdout. Exit 1: the tag must not be released; every reason is on stderr.
set -eu
LC_ALL=C
export LC_ALL

if [ "$#" -ne 2 ]; then
  printf 'error: which tag of which repository?\n  help: scripts/check-release.sh v1.2.3 OWNER/REPO\n' >&2
  exit 2
fi
tag=$1
repository=$2
cd "$(dirname "$0")/.."

wrong=0
problem() {
  printf 'error: %s\n  help: %s\n' "$1" "$2" >&2
  wrong=1
}

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
locked=$(awk '$0 == "name = \"exledger\"" { getline; gsub(/version = |"/, ""); print }' Cargo.lock)
# Prints a section of the changelog, without its heading.
section() {
  awk -v heading="## [$1]" '
    index($0, "## [") == 1 || index($0, "[") == 1 && / *https?:/ { inside = 0 }
    inside { print }
    index($0, heading) == 1 { inside = 1 }' CHANGELOG.md
}
notes=$(section "$version")

[ "$tag" = "v$version" ] ||
  problem "the tag is $tag, but Cargo.toml has version $version" "tag the commit that sets the version, as v$version"
[ "$locked" = "$version" ] ||
  problem "Cargo.lock has version $locked, Cargo.toml $version" "run cargo check and commit Cargo.lock"
printf '%s' "$notes" | grep -q . ||
  problem "CHANGELOG.md has no section '## [$version]'" "rename 'Unreleased' to '[$version] - DATE', and begin a new one above"
if section Unreleased | grep -q '^- '; then
  problem "CHANGELOG.md has lines below 'Unreleased', which this tag would release" "move them to the section '[$version]'"
fi
grep -q -x -F "repository='$repository'" scripts/install.sh ||
  problem "scripts/install.sh does not name $repository, so the action of this release could not install it" \
    "run scripts/fill-metadata.sh $repository, commit what it changes, and tag that commit"

[ "$wrong" = 0 ] || exit 1
printf '%s\n' "$notes"
