# Functions that the scripts of the action share.
# shellcheck shell=bash disable=SC2154

set -euo pipefail

# Ends the step with a code and a message.
fail() {
  local text=${2//%/%25}
  text=${text//$'\r'/ }
  printf '::error title=exledger::%s\n' "${text//$'\n'/%0A}" >&2
  exit "$1"
}

# Shows a file in the log. Its text is data: the runner executes none of its lines.
show() {
  local token
  [ -s "$1" ] || return 0
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$token"
  cat "$1"
  printf '\n::%s::\n' "$token"
}

# Runs exledger without the secrets of the job.
exledger() {
  env -u GH_TOKEN -u GH_ENTERPRISE_TOKEN -u INPUT_KEY "$EXLEDGER_PATH" "$@"
}

# Runs exledger with its answer in a file and its messages in the log, and sets `code` to its exit code. A crash counts
# as "could not determine".
answer() {
  local file=$1
  shift
  code=0
  exledger "$@" > "$file" 2> "$tmp/messages" || code=$?
  show "$tmp/messages"
  [ "$code" -le 3 ] || code=3
}

# Prints a value of the event that started the workflow; nothing if there is none.
event() {
  if [ -f "${GITHUB_EVENT_PATH:-}" ]; then
    jq -r "$1 // empty" "$GITHUB_EVENT_PATH"
  fi
}

# Sets an output of the step. Values have one line.
output() {
  printf '%s=%s\n' "$1" "$(tr -d '\r\n' <<< "$2")" >> "${GITHUB_OUTPUT:-/dev/null}"
}

# Adds a file to the job summary.
summarize() {
  if [ "${INPUT_SUMMARY:-true}" = true ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    { cat "$1"; echo; } >> "$GITHUB_STEP_SUMMARY"
  fi
}

# Prints a file up to the size that the forge accepts for a comment or an issue; $2 says where the rest is.
shorten() {
  LC_ALL=C awk -v rest="$2" '
    !left && (size += length($0) + 1) > 58000 { left = 1; if (fence != "") print fence }
    left { count++; next }
    {
      print
      if (match($0, /^```+/)) {
        mark = substr($0, 1, RLENGTH)
        if (fence == "") fence = mark; else if ($0 == fence) fence = ""
      }
    }
    END { if (left) printf "\n%d more lines: %s\n", count, rest }' "$1"
}

# Asks the forge.
api() {
  gh api "$@" || fail 3 "the forge did not answer: gh api $*"
}

# The same for a list: all pages as one array.
pages() {
  api --paginate "$1" | jq -s 'add // []'
}

# Runs git with the token of the job, which is not kept in the clone.
remote_git() {
  local basic
  basic=$(printf 'x-access-token:%s' "$GH_TOKEN" | base64 | tr -d '\n')
  # The empty value drops a header that the checkout may have left.
  GIT_TERMINAL_PROMPT=0 GIT_CONFIG_COUNT=2 \
    GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_0='' \
    GIT_CONFIG_KEY_1="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_1="AUTHORIZATION: basic $basic" \
    git "$@"
}

# Prints the login that comments made with this token bear.
own_login() {
  if [ "${IS_JOB_TOKEN:-true}" = true ]; then
    echo 'github-actions[bot]'
  else
    gh api user | jq -re .login || fail 3 "it is not known whose token this is: use the token of the job, or of an account"
  fi
}

# Prints the marker that begins our texts about this ledger; a repository may have several.
marker() {
  case $INPUT_WORKING_DIRECTORY in
    . | ./ | '') printf '<!-- %s -->' "$1" ;;
    *) printf '<!-- %s %s -->' "$1" "${INPUT_WORKING_DIRECTORY//[^A-Za-z0-9._\/]/_}" ;;
  esac
}

# Prints the id of our comment on an issue or pull request, found by its author and its marker.
own_comment() {
  pages "$repo/issues/$1/comments?per_page=100" | jq -r --arg login "$login" --arg marker "$2" \
    '[.[] | select(.user.login == $login and (.body | startswith($marker)))][0].id // empty'
}

# Writes a file as a comment: over the one with this id, or as a new one if the id is empty.
write_comment() {
  local id=$1 number=$2 file=$3
  if [ -n "$id" ]; then
    api --method PATCH "$repo/issues/comments/$id" -F "body=@$file" > /dev/null
  else
    api --method POST "$repo/issues/$number/comments" -F "body=@$file" > /dev/null
  fi
}
