#!/bin/sh
# Applies a plan of `exledger triage ALERTS… --plan github --repo OWNER/NAME -o PLAN` to the alerts of the repository.
#
#   apply-alert-plan.sh PLAN
#
# Needs gh, signed in with `security-events: write` (for secrets: a token with `secret_scanning_alerts: write`), and jq.
# Each alert is read again: one that changed since the plan was made is skipped. DRY_RUN=1 only prints what it would do;
# CREATE_REQUEST=1 asks for the dismissal of code-scanning alerts instead of dismissing them.
# Exits 0 if everything was applied or skipped, 1 if the plan is refused or a request failed, 2 for wrong use.
set -eu

say() {
  printf '%s\n' "$*" >&2
}

if [ $# -ne 1 ]; then
  say "usage: apply-alert-plan.sh PLAN"
  exit 2
fi
plan=$1
if [ ! -f "$plan" ]; then
  say "error: $plan is not a file"
  exit 2
fi
for tool in gh jq; do
  if ! command -v "$tool" > /dev/null; then
    say "error: $tool is not installed"
    exit 2
  fi
done

# All lines are checked before anything is sent: what they are, where they lead, and that they are an hour old at most.
# shellcheck disable=SC2016
check='
  def name: "[A-Za-z0-9._-]+";
  def wrong:
    if type != "object" or .schema != "exledger/alert-plan/v1" then "is no line of a plan"
    elif (.path | type) != "string" or (.path | test("\\A/repos/\(name)/\(name)/(code-scanning|dependabot|secret-scanning)/alerts/[0-9]+\\z") | not)
    then "leads somewhere else than to an alert"
    elif (.record | type) != "string" or (.record | test("\\A[A-Z][A-Z0-9]{1,9}-[0-9]{4}-[0-9A-Z]{5}\\z") | not)
    then "names no exception"
    elif .method != "PATCH" or (.body | type) != "object" then "is no change of an alert"
    elif .action == "dismiss" and (.body.state == "dismissed" or .body.state == "resolved") then empty
    elif .action == "reopen" and .body == {"state": "open"} then empty
    else "is neither a dismissal nor a reopening"
    end;
  def age: now - (.planned_at | fromdateiso8601);
  def ends_at: if .end == null then 0 else (.end | fromdateiso8601) end;
  (wrong // empty),
  (if (wrong // "") != "" then empty
   elif age > 3600 then "is more than an hour old: make a new plan"
   elif age < -300 then "was made in the future: check the clocks"
   elif .action == "dismiss" and ends_at <= 0 then "has no end"
   else empty end)
'
if ! found=$(jq -r "$check" "$plan" 2> /dev/null); then
  say "error: $plan can't be read as a plan"
  exit 1
fi
if [ -n "$found" ]; then
  say "error: a line of $plan $(printf '%s\n' "$found" | head -n 1)"
  exit 1
fi

# Each change as five lines: what to do, where, by which exception, until when, and what to send.
changes() {
  jq -r '.action, .path, .record, (if .end == null then 0 else (.end | fromdateiso8601) end), (.body | tojson)' "$plan"
}

# Tells whether an alert is still as the plan saw it; prints why not. Its state and comment are the arguments.
is_current() {
  case $action in
    dismiss)
      if [ "$1" != open ]; then
        say "skipped: $path is $1"
        return 1
      fi
      if [ "$end" -le "$(date +%s)" ]; then
        say "skipped: $path: $record has ended"
        return 1
      fi
      ;;
    *)
      if [ "$1" != dismissed ] && [ "$1" != resolved ]; then
        say "skipped: $path is $1"
        return 1
      fi
      case $2 in
        *"$record"*) ;;
        *)
          say "skipped: the comment on $path does not cite $record any more"
          return 1
          ;;
      esac
      ;;
  esac
}

changes | {
  failed=0
  while IFS= read -r action && IFS= read -r path && IFS= read -r record && IFS= read -r end && IFS= read -r body; do
    # What GitHub answers about a secret has its value, so it is never printed.
    if ! alert=$(gh api "$path" < /dev/null); then
      say "error: $path can't be read"
      failed=1
      continue
    fi
    if ! now=$(printf '%s' "$alert" | jq -r '.state // "", ((.dismissed_comment // .resolution_comment // "") | gsub("[\n\r]"; " "))'); then
      say "error: $path is no alert"
      failed=1
      continue
    fi
    state=$(printf '%s\n' "$now" | head -n 1)
    comment=$(printf '%s\n' "$now" | tail -n 1)
    is_current "$state" "$comment" || continue
    case ${CREATE_REQUEST:-}/$action/$path in
      1/dismiss/*/code-scanning/*) body=$(printf '%s' "$body" | jq -c '. + {create_request: true}') ;;
    esac
    if [ "${DRY_RUN:-}" = 1 ]; then
      printf '%s %s %s\n' "$action" "$path" "$body"
    elif printf '%s' "$body" | gh api --method PATCH "$path" --input - > /dev/null; then
      say "$action: $path ($record)"
    else
      say "error: $path could not be changed ($action, $record)"
      failed=1
    fi
  done
  exit "$failed"
}
