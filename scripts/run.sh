#!/usr/bin/env bash
# The step of the action: gets exledger, then runs one command, or the script of that name.
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/common.sh
. "$scripts/common.sh"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
code=0

for program in git jq; do
  command -v "$program" > /dev/null || fail 3 "$program is not installed on this runner"
done

# Sets the environment variables that an older runner or another forge may leave out.
: "${INPUT_COMMAND:=lint}" "${INPUT_ARGS:=}" "${INPUT_WORKING_DIRECTORY:=.}" "${INPUT_BASE:=}" "${INPUT_FAIL_ON:=error}"
: "${INPUT_ANNOTATIONS:=true}" "${INPUT_SUMMARY:=true}" "${INPUT_SARIF_FILE:=}" "${INPUT_KEY:=}"
: "${GITHUB_SERVER_URL:=https://github.com}" "${GITHUB_WORKSPACE:=$PWD}" "${RUNNER_TEMP:=${TMPDIR:-/tmp}}" "${GH_TOKEN:=}"
repo="repos/${GITHUB_REPOSITORY:-}"

# Reads the inputs that have fixed values.
check_inputs() {
  [[ $INPUT_COMMAND =~ ^[a-z][a-z-]*$ ]] || fail 2 "command: one word, such as lint"
  case $INPUT_FAIL_ON in error | warning | never) ;; *) fail 2 "fail-on: error, warning or never" ;; esac
  case $INPUT_ANNOTATIONS in true | false) ;; *) fail 2 "annotations: true or false" ;; esac
  case $INPUT_SUMMARY in true | false) ;; *) fail 2 "summary: true or false" ;; esac
  args=()
  local line
  while IFS= read -r line; do
    line=${line%$'\r'}
    [ -z "$line" ] || args+=("$line")
  done <<< "$INPUT_ARGS"
}

# Names the approved branch: a checkout in a job does not know the default branch of its remote.
choose_approved_ref() {
  local default
  if [ -n "${EXLEDGER_APPROVED_REF:-}" ] || git config --get exledger.approvedRef > /dev/null \
    || git symbolic-ref --quiet refs/remotes/origin/HEAD > /dev/null; then
    return
  fi
  default=$(event .repository.default_branch)
  # A schedule runs on the default branch, and its event may say nothing.
  if [ "${GITHUB_EVENT_NAME:-}" = schedule ]; then
    default=$GITHUB_REF_NAME
  fi
  if [ -n "$default" ] && git show-ref --verify --quiet "refs/remotes/origin/$default"; then
    export EXLEDGER_APPROVED_REF="refs/remotes/origin/$default"
  fi
}

# Prints what the pull request or merge group will be merged into; nothing for other events.
base() {
  local branch
  if [ -n "$INPUT_BASE" ]; then
    printf '%s' "$INPUT_BASE"
    return
  fi
  branch=$(event .pull_request.base.ref)
  if [ -n "$branch" ]; then
    printf 'origin/%s' "$branch"
  else
    event .merge_group.base_sha
  fi
}

# Tells whether the arguments have a flag.
has() {
  local arg
  for arg in ${args[@]+"${args[@]}"}; do
    case $arg in "$1" | "$1="*) return 0 ;; esac
  done
  return 1
}

# Sets the outputs from the answer in JSON.
outputs() {
  local query
  output exit-code "$code"
  output json-file "$1"
  if [ ! -s "$1" ] || ! jq . "$1" > /dev/null 2>&1; then
    if [ "$INPUT_COMMAND" = check ] && [ "$code" -eq 3 ]; then
      output verdict unknown
    fi
    return
  fi
  query='def n(count; level): count // (if .findings then [.findings[] | select(.level == level)] | length else "" end);'
  output errors "$(jq -r "$query n(.errors; \"error\")" "$1")"
  output warnings "$(jq -r "$query n(.warnings; \"warning\")" "$1")"
  output verdict "$(jq -r '.verdict // ""' "$1")"
  output record "$(jq -r 'if .verdict then .record // "" else "" end' "$1")"
}

# Runs the command once more in another format, into a file. The first run decides; this one may only make it worse.
also() {
  local file=$1 first=$code
  shift
  code=0
  exledger "$@" > "$file" 2> "$tmp/messages" || code=$?
  [ "$code" -le 3 ] || code=3
  if [ "$code" -gt "$first" ]; then
    show "$tmp/messages"
  else
    code=$first
  fi
}

# Runs any command of exledger.
run() {
  local kind json against
  local call=("$INPUT_COMMAND")
  case $INPUT_COMMAND in
    lint | diff | verify | scan) kind=findings ;;
    list | queue | patterns | report | show | log | explain) kind=shown ;;
    completions | man | schema | init | demo) kind=plain ;;
    # Others may write: they run once.
    *) kind=once ;;
  esac
  if has --format; then
    kind=plain
  fi
  against=$(base)
  case $INPUT_COMMAND in
    lint) if [ -n "$against" ] && ! has --base; then call+=("--base=$against"); fi ;;
    diff) if [ -n "$against" ] && [ "${#args[@]}" -eq 0 ]; then call+=("$against"); fi ;;
    *) [ -z "$INPUT_BASE" ] || fail 2 "base: only for lint, diff and comment" ;;
  esac
  if [ "$INPUT_FAIL_ON" = warning ]; then
    call+=(--strict)
  fi
  if [ -n "$INPUT_SARIF_FILE" ] && [ "$kind" != findings ]; then
    fail 2 "sarif-file: only for lint, diff, verify and scan, without --format"
  fi
  call+=(${args[@]+"${args[@]}"})
  if [ "$kind" = plain ]; then
    answer "$tmp/text" "${call[@]}"
    show "$tmp/text"
    output exit-code "$code"
    return
  fi
  json=$(mktemp "$RUNNER_TEMP/exledger-$INPUT_COMMAND-XXXXXX")
  answer "$json" "${call[@]}" --format json
  outputs "$json"
  if [ "$kind" = once ]; then
    show "$json"
    return
  fi
  # Without an answer there is nothing to show.
  [ -s "$json" ] || return 0
  if [ "$kind" = findings ] && [ "$INPUT_ANNOTATIONS" = true ]; then
    also "$tmp/annotations" "${call[@]}" --format github
    cat "$tmp/annotations"
  else
    also "$tmp/text" "${call[@]}" --format table
    show "$tmp/text"
  fi
  if [ "$INPUT_SUMMARY" = true ]; then
    also "$tmp/summary" "${call[@]}" --format markdown
    summarize "$tmp/summary"
  fi
  if [ -n "$INPUT_SARIF_FILE" ]; then
    case $INPUT_SARIF_FILE in /*) ;; *) INPUT_SARIF_FILE="$GITHUB_WORKSPACE/$INPUT_SARIF_FILE" ;; esac
    mkdir -p "$(dirname "$INPUT_SARIF_FILE")"
    also "$INPUT_SARIF_FILE" "${call[@]}" --format sarif
  fi
  output exit-code "$code"
}

check_inputs
EXLEDGER_PATH=$(sh "$scripts/install.sh") || {
  [ "$?" -eq 2 ] || code=3
  fail "${code/#0/2}" "exledger was not installed, and nothing was run: see the message above"
}
[ -x "$EXLEDGER_PATH" ] || fail 3 "exledger was not installed: $EXLEDGER_PATH is not a program"
unset EXLEDGER URL SHA256 VERSION
if [ "$GITHUB_SERVER_URL" != https://github.com ]; then
  export GH_HOST=${GITHUB_SERVER_URL#https://} GH_ENTERPRISE_TOKEN=$GH_TOKEN
fi
cd "$INPUT_WORKING_DIRECTORY" || fail 2 "working-directory: there is no such folder"
choose_approved_ref
case $INPUT_COMMAND in
  comment | reviews | nightly)
    [ "${#args[@]}" -eq 0 ] || fail 2 "args: not for $INPUT_COMMAND"
    # A request that fails inside $(…) ends the script.
    shopt -s inherit_errexit || fail 3 "$INPUT_COMMAND needs bash 4.4 or newer"
    # shellcheck source=/dev/null
    . "$scripts/$INPUT_COMMAND.sh"
    ;;
  *) run ;;
esac
if [ "$code" -eq 1 ] && [ "$INPUT_FAIL_ON" = never ]; then
  exit 0
fi
exit "$code"
