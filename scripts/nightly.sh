# Audits what was merged, and keeps one issue with everything that is due: opened when something is, closed while nothing
# is. run.sh reads it.
# shellcheck shell=bash disable=SC2154,SC2034,SC2016

login=$(own_login)
run_url="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/${GITHUB_RUN_ID:-}"
due_mark=$(marker exledger-due)

# Finds our issue: its number, or nothing.
find_issue() {
  pages "$repo/issues?state=all&creator=$(jq -rn --arg login "$login" '$login | @uri')&per_page=100" > "$tmp/issues"
  jq -r --arg login "$login" --arg marker "$due_mark" '[.[] | select(.user.login == $login and (.pull_request | not)
    and (.body // "" | startswith($marker)))] | sort_by(.number)[0].number // empty' "$tmp/issues"
}

# Audits what was merged.
audit() {
  local json
  json=$(mktemp "$RUNNER_TEMP/exledger-nightly-XXXXXX")
  answer "$json" verify --format json
  outputs "$json"
  if [ -s "$json" ]; then
    also "$tmp/verify" verify --format markdown
  fi
  worst=$code
}

# Asks what repeats, and what is due to whom.
ask() {
  answer "$tmp/patterns.json" patterns --format json
  [ "$code" -lt 2 ] || worst=$code
  answer "$tmp/due.json" queue --messages --format json
  [ "$code" -lt 2 ] || worst=$code
  if [ ! -s "$tmp/patterns.json" ] || [ ! -s "$tmp/due.json" ]; then
    fail 3 "what is due could not be determined: see the messages above"
  fi
  exledger patterns --format markdown > "$tmp/patterns" 2> /dev/null || true
  exledger queue --messages --format markdown > "$tmp/due" 2> /dev/null || true
}

# Tells whether somebody has to act; a message that something was decided asks for nothing.
is_due() {
  [ "$worst" -gt 0 ] \
    || jq -e 'any(.messages[].records[]?; .bucket != "decided")' "$tmp/due.json" > /dev/null \
    || jq -e 'any(.groups[]; .refused | length > 0)' "$tmp/patterns.json" > /dev/null
}

# Writes the text of the issue.
write_body() {
  local mentions
  # Only accounts that the policy maps to people; any other login may be a stranger's.
  mentions=$(jq -r '[.messages[].to.login // empty | select(test("^[A-Za-z0-9](-?[A-Za-z0-9])*$")) | "@" + .]
    | unique | join(" ")' "$tmp/due.json")
  {
    echo "Kept by the workflow exledger: checked at $(jq -r '.ledger.instant' "$tmp/due.json"), commit" \
      "$(jq -r '.ledger.commit[:12]' "$tmp/due.json"), in [this run]($run_url). It is closed while nothing is due."
    if jq -e '.messages | length > 0' "$tmp/due.json" > /dev/null; then
      printf '\n# What is due\n\n%s\n\n' "$mentions"
      cat "$tmp/due"
    fi
    if [ "$worst" -gt 0 ] && [ -s "$tmp/verify" ]; then
      printf '\n# What the audit found\n\n'
      cat "$tmp/verify"
    fi
    if jq -e '.groups | length > 0' "$tmp/patterns.json" > /dev/null; then
      printf '\n# What repeats\n\n'
      cat "$tmp/patterns"
    fi
  } > "$tmp/text"
  summarize "$tmp/text"
  { echo "$due_mark"; shorten "$tmp/text" "see [the run]($run_url)"; } > "$tmp/body"
}

# Opens the issue once something is due, or updates it.
write_issue() {
  local state=closed
  if is_due; then
    state=open
  fi
  write_body
  if [ -n "$issue" ]; then
    api --method PATCH "$repo/issues/$issue" -f "state=$state" -F "body=@$tmp/body" > /dev/null
  elif [ "$state" = open ]; then
    api --method POST "$repo/issues" -f 'title=Exceptions: what is due' -F "body=@$tmp/body" > /dev/null
  fi
}

issue=$(find_issue)
audit
ask
write_issue
code=$worst
output exit-code "$code"
