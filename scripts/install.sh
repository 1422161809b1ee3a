#!/bin/sh
# Installs a verified exledger and prints its path. `action.yml` runs it, and people do.
#
# Where it comes from, one of:
#   EXLEDGER         a binary that is already there (a path, or a name on PATH); used as it is
#   URL and SHA256   an archive or a binary, and the digest that it must have
#   none of these    the release of the commit that this script is from, with its attestation (needs curl and gh)
# And, optionally:
#   EXLEDGER_DIR     the folder to install into; else a folder of the runner, else ~/.local/bin
#   VERSION          the version expected; refused unless it is the version of this script
#   EXLEDGER_COMMIT  the commit that this script is from, as the forge names it, where the release did not write it below
#
# Exit 0: the path of the binary is on stdout. Exit 2: wrong use. Exit 3: the download could not be verified. Then
# nothing of it was run and nothing is left behind.
set -eu
umask 022
LC_ALL=C
export LC_ALL

# scripts/fill-metadata.sh writes these. What is written here is never taken from the environment.
repository=''
version=''
commit=''

# The largest archive and the largest binary that are accepted, in bytes.
max_archive=67108864
max_binary=268435456

work=''
staged=''
clean_up() {
  if [ -n "$work" ]; then rm -rf "$work"; fi
  if [ -n "$staged" ]; then rm -f "$staged"; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

# Prints an error and a way out, and ends: `stop CODE ERROR HELP`.
stop() {
  printf 'error: %s\n  help: %s\n' "$2" "$3" >&2
  exit "$1"
}

elsewhere='name a binary that you trust in EXLEDGER, or give URL and SHA256'

need() {
  command -v "$1" >/dev/null 2>&1 || stop 3 "$1 is not installed" "$2"
}

sha256_of() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum <"$1" | cut -c 1-64
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 <"$1" | cut -c 1-64
  else
    stop 3 'neither sha256sum nor shasum is installed' 'install one of them'
  fi
}

lower() { tr 'ABCDEF' 'abcdef'; }

# Tells whether a text is so many lower-case hexadecimal digits: `is_hex TEXT LENGTH`.
is_hex() {
  case $1 in *[!0-9a-f]* | '') return 1 ;; esac
  [ "${#1}" -eq "$2" ]
}

# Downloads over HTTPS only, within limits of size and time: `download URL FILE MAX_BYTES`.
download() {
  need curl "install curl, or $elsewhere"
  curl --disable --globoff --fail --silent --show-error --location --max-redirs 5 --proto '=https' --proto-redir '=https' \
    --tlsv1.2 --connect-timeout 20 --max-time 300 --retry 2 --max-filesize "$3" --output "$2" -- "$1" ||
    stop 3 "could not download ${1%%\?*}" "try again, or $elsewhere"
  judge_size "$2" "$3" "${1%%\?*}"
}

# Refuses a file that is empty or larger than any release: `judge_size FILE MAX_BYTES NAME`.
judge_size() {
  size=$(($(wc -c <"$1")))
  if [ "$size" -eq 0 ] || [ "$size" -gt "$2" ]; then
    stop 3 "$3 has $size bytes; 1 to $2 are accepted" "check where it is from, or $elsewhere"
  fi
}

# Refuses an archive with a name that leads out of the folder it is unpacked in, or without exactly one binary.
judge_names() {
  while IFS= read -r name; do
    case $name in
    /* | ../* | */../* | */.. | .. | *\\* | [A-Za-z]:*)
      stop 3 "the archive contains the path '$name', which leads out of it" "do not use it: $elsewhere" ;;
    esac
  done <"$1"
  [ "$(grep -c -x -F "$2" "$1")" = 1 ] ||
    stop 3 "the archive does not contain exactly one file '$2' at its top level" "check that it is one of exledger, or $elsewhere"
}

# Takes the binary, and nothing else, out of a verified download: `unpack DOWNLOAD NAMES BINARY`.
unpack() {
  broken='download it again, or build it from source'
  case $(od -A n -t x1 -N 2 "$1" | tr -d ' \n') in
  1f8b)
    binary=exledger
    tar -tzf "$1" >"$2" || stop 3 'the archive cannot be read' "$broken"
    judge_names "$2" exledger
    tar -xzOf "$1" exledger | head -c "$((max_binary + 1))" >"$3" ;;
  504b)
    binary=exledger.exe
    need unzip 'install unzip'
    unzip -Z1 "$1" >"$2" || stop 3 'the archive cannot be read' "$broken"
    judge_names "$2" exledger.exe
    unzip -p "$1" exledger.exe | head -c "$((max_binary + 1))" >"$3" ;;
  *)
    binary=exledger
    case $(uname -s) in MINGW* | MSYS* | CYGWIN*) binary=exledger.exe ;; esac
    cp "$1" "$3" ;;
  esac
  judge_size "$3" "$max_binary" 'the binary in the download'
}

target_of_this_machine() {
  case "$(uname -s) $(uname -m)" in
  'Linux x86_64' | 'Linux amd64') echo x86_64-unknown-linux-musl ;;
  'Linux aarch64' | 'Linux arm64') echo aarch64-unknown-linux-musl ;;
  'Darwin x86_64') echo x86_64-apple-darwin ;;
  'Darwin arm64') echo aarch64-apple-darwin ;;
  MINGW*' x86_64' | MSYS*' x86_64' | CYGWIN*' x86_64') echo x86_64-pc-windows-msvc ;;
  *) stop 3 "no release is built for $(uname -s) on $(uname -m)" "build it from source with cargo, and name it in EXLEDGER" ;;
  esac
}

# Prints the path of a binary that is there.
installed() {
  found=$1
  if [ ! -f "$found" ]; then found=$(command -v -- "$1") || found=''; fi
  if [ ! -f "$found" ] || [ ! -x "$found" ]; then
    stop 2 "EXLEDGER is '$1', which is no program that can be run" 'give the path of an exledger binary'
  fi
  folder=$(CDPATH='' cd -- "$(dirname -- "$found")" && pwd)
  printf '%s\n' "$folder/$(basename -- "$found")"
}

# The way of URL and SHA256.
download_pinned() {
  case $URL in
  https://*@*) stop 2 'URL contains a user or password' 'leave it out: the address is printed' ;;
  https://?*) ;;
  *) stop 2 'URL does not begin with https://' 'give an address that does' ;;
  esac
  wanted=$(printf '%s' "$SHA256" | lower)
  is_hex "$wanted" 64 || stop 2 'SHA256 is not 64 hexadecimal digits' 'take the digest from SHA256SUMS of the release'
  download "$URL" "$work/download" "$max_archive"
  actual=$(sha256_of "$work/download")
  [ "$actual" = "$wanted" ] ||
    stop 3 "${URL%%\?*} has the digest $actual, not $wanted" 'do not use it: find out which of the two is right'
}

# The way of the release of this script's own commit.
download_release() {
  [ -n "$repository" ] || stop 3 'this copy of the script belongs to no release' "$elsewhere"
  if [ -z "$version" ]; then
    folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
    version=$(sed -n 's/^version = "\([0-9A-Za-z.+-]*\)"$/\1/p' "$folder/../Cargo.toml" 2>/dev/null | head -n 1) || version=''
    [ -n "$version" ] || stop 3 'the version of this copy of the script is not known' "$elsewhere"
  fi
  asked=${VERSION:-$version}
  [ "${asked#v}" = "$version" ] ||
    stop 2 "VERSION is '$asked', but this script installs $version" "use the script or the action of release $asked"
  # gh would send this job's token to a forge that it is not for.
  case ${GITHUB_SERVER_URL:-https://github.com} in
  https://github.com | https://github.com/) ;;
  *) stop 3 "releases are on github.com, but this job runs on $GITHUB_SERVER_URL" "$elsewhere" ;;
  esac
  commit=${commit:-${EXLEDGER_COMMIT:-}}
  is_hex "$commit" 40 ||
    stop 3 'the commit that this script is from is not known' "pin the action by its full commit id, or $elsewhere"
  need gh "install the GitHub CLI, which verifies attestations, or $elsewhere"
  gh attestation verify --help 2>/dev/null | grep -q -e --source-digest ||
    stop 3 'this gh cannot verify which commit a file was built from' 'update the GitHub CLI'

  target=$(target_of_this_machine)
  suffix=.tar.gz
  case $target in *windows*) suffix=.zip ;; esac
  file="exledger-v$version-$target$suffix"
  from="https://github.com/$repository/releases/download/v$version"

  download "$from/SHA256SUMS" "$work/SHA256SUMS" 65536
  wanted=$(awk -v file="$file" '$2 == file || $2 == "*" file { print $1 }' "$work/SHA256SUMS")
  is_hex "$wanted" 64 ||
    stop 3 "SHA256SUMS of v$version does not name $file once" "report it to the maintainers; until then $elsewhere"
  download "$from/$file" "$work/$file" "$max_archive"
  actual=$(sha256_of "$work/$file")
  [ "$actual" = "$wanted" ] ||
    stop 3 "$file has the digest $actual, not $wanted as in SHA256SUMS" 'try again; if it stays so, report it to the maintainers'
  # What gh prints is not for this script's stdout.
  GH_HOST=github.com gh attestation verify "$work/$file" --repo "$repository" \
    --signer-workflow "$repository/.github/workflows/release.yml" --source-ref "refs/tags/v$version" \
    --source-digest "$commit" --deny-self-hosted-runners >/dev/null ||
    stop 3 "the attestation of $file could not be verified" \
      "gh needs a token (GH_TOKEN, or gh auth login); if it has one, the file is not what v$version built from $commit: do not use it"
  mv "$work/$file" "$work/download"
}

# Moves the binary to where it stays, if it runs there: `place BINARY NAME VERSION`; any version if that is empty.
place() {
  folder=${EXLEDGER_DIR:-${RUNNER_TEMP:+$RUNNER_TEMP/exledger}}
  folder=${folder:-${HOME:+$HOME/.local/bin}}
  if [ -z "$folder" ] || ! mkdir -p -- "$folder" || [ -d "$folder/$2" ]; then
    stop 2 "exledger cannot be installed as $folder/$2" 'name a folder in EXLEDGER_DIR'
  fi
  folder=$(CDPATH='' cd -- "$folder" && pwd)
  staged="$folder/.exledger-$$"
  cp "$1" "$staged"
  chmod 755 "$staged"
  said=$("$staged" --version 2>/dev/null | head -n 1) || said=''
  case $said in
  "exledger ${3:-${said#exledger }}") ;;
  *) stop 3 "the binary does not run here as exledger${3:+ $3}" "check that it is one for $(uname -s) on $(uname -m)" ;;
  esac
  mv -f "$staged" "$folder/$2"
  staged=''
  printf '%s\n' "$folder/$2"
}

if [ -n "${EXLEDGER:-}" ]; then
  [ -z "${URL:-}${SHA256:-}" ] || stop 2 'EXLEDGER and URL are both given' 'give one of them'
  installed "$EXLEDGER"
  exit 0
fi
if [ -n "${URL:-}" ] && [ -z "${SHA256:-}" ]; then
  stop 2 'URL is given without SHA256' 'give the digest too: take it from SHA256SUMS of the release'
fi
if [ -z "${URL:-}" ] && [ -n "${SHA256:-}" ]; then
  stop 2 'SHA256 is given without URL' 'give the address too'
fi

work=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/exledger.XXXXXX")
if [ -n "${URL:-}" ]; then
  download_pinned
  version=''
else
  download_release
fi
unpack "$work/download" "$work/names" "$work/binary"
place "$work/binary" "$binary" "$version"
