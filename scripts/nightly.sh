# Audits what was merged, and keeps one issue with everything that is due. A comment in that issue holds a checkpoint of
# the approved branch, and so does an artefact of the run: every night is compared with all of them. Comments are never
# edited, and no checkpoint is made after the branch was rewritten or rerouted. run.sh reads it.
# shellcheck shell=bash disable=SC2154,SC2034,SC2016

accept=$(event .inputs.accept_checkpoint)
if [ -n "$accept" ] && ! [[ $accept =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ ]]; then
  fail 2 "accept_checkpoint: the full id of a commit, 40 hex digits"
fi
login=$(own_login)
actor=${GITHUB_TRIGGERING_ACTOR:-${GITHUB_ACTOR:-unknown}}
run_url="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/${GITHUB_RUN_ID:-}"
due_mark=$(marker exledger-due)
point_mark=$(marker exledger-checkpoint)
accept_mark=$(marker exledger-checkpoint-accepted)
artefact=exledger-checkpoint
case $INPUT_WORKING_DIRECTORY in . | ./ | '') ;; *) artefact+="-${INPUT_WORKING_DIRECTORY//[^A-Za-z0-9._]/-}" ;; esac
# The next step of the job keeps this file as an artefact.
kept="$RUNNER_TEMP/exledger-checkpoint.json"
rm -f "$kept"
next_point="$tmp/checkpoint.json"
lost=()

# Finds our issue: its number, or nothing.
find_issue() {
  pages "$repo/issues?state=all&creator=$(jq -rn --arg login "$login" '$login | @uri')&per_page=100" > "$tmp/issues"
  jq -r --arg login "$login" --arg marker "$due_mark" '[.[] | select(.user.login == $login and (.pull_request | not)
    and (.body // "" | startswith($marker)))] | sort_by(.number)[0].number // empty' "$tmp/issues"
}

# Reads the checkpoints of the issue into files, from the last accepted one on. Notes what is wrong with them.
read_comments() {
  pages "$repo/issues/$issue/comments?per_page=100" | jq --arg login "$login" --arg point "$point_mark" \
    --arg accept "$accept_mark" '[.[] | select(.user.login == $login)
      | select((.body | startswith($point)) or (.body | startswith($accept)))
      | {id, created_at, updated_at, is_accepted: (.body | startswith($accept)),
         line: ([.body | splits("\r?\n") | select(startswith("Accepted: "))][0] // ""),
         text: ((.body | capture("```json\r?\n(?<text>[^`]*)```")? | .text) // "")}]
    | sort_by(.id)
    | (map(.is_accepted) | rindex(true) // 0) as $first | .[$first:]' > "$tmp/points"
  local n id edited
  n=$(jq length "$tmp/points")
  if [ "$n" -eq 0 ]; then
    lost+=("the issue holds no checkpoint, although it once did")
  fi
  edited=$(jq -r '[.[] | select(.created_at != .updated_at) | .id | tostring] | join(", ")' "$tmp/points")
  if [ -n "$edited" ]; then
    lost+=("a comment with a checkpoint was edited: $edited")
  fi
  for id in $(jq -r '.[].id' "$tmp/points"); do
    jq -r --argjson id "$id" '.[] | select(.id == $id) | .text' "$tmp/points" > "$tmp/comment-$id.json"
    is_checkpoint "$tmp/comment-$id.json" || lost+=("a comment holds no checkpoint: $id")
  done
}

# Tells whether a file is a checkpoint.
is_checkpoint() {
  jq -e '.schema == "exledger/checkpoint/v1" and (.tip | type) == "string"' "$1" > /dev/null 2>&1
}

# Reads the checkpoints that runs on the approved branch of this repository kept as artefacts.
read_artefacts() {
  local since id branch=${approved##*refs/remotes/origin/}
  since=$(jq -r '.[0] | select(.is_accepted) | .created_at' "$tmp/points")
  api --paginate "$repo/actions/artifacts?name=$artefact&per_page=100" \
    | jq -s --arg name "$artefact" --arg since "$since" --arg branch "$branch" --arg head "${GITHUB_REF_NAME:-}" '
      [.[].artifacts[] | select(.name == $name and (.expired | not) and .created_at >= $since
        and (.workflow_run.head_branch == $branch or .workflow_run.head_branch == $head)
        and .workflow_run.head_repository_id == .workflow_run.repository_id) | .id]' > "$tmp/artefacts"
  for id in $(jq -r '.[]' "$tmp/artefacts"); do
    api "$repo/actions/artifacts/$id/zip" > "$tmp/artefact.zip"
    unzip -p "$tmp/artefact.zip" > "$tmp/artefact-$id.json" 2> /dev/null || true
    if ! is_checkpoint "$tmp/artefact-$id.json"; then
      rm -f "$tmp/artefact-$id.json"
      lost+=("an artefact of an earlier run holds no checkpoint: $id")
    elif [ "$issue" = '' ]; then
      lost+=("earlier runs kept checkpoints, and their issue is gone: artefact $id")
    elif ! same_as_comment "$tmp/artefact-$id.json"; then
      lost+=("no comment of the issue holds the checkpoint of artefact $id")
    fi
  done
}

# Tells whether a comment holds the same state as a file.
same_as_comment() {
  local file tip
  tip=$(jq -c '[.ref, .tip, .mainline_commits]' "$1")
  for file in "$tmp"/comment-*.json; do
    if [ -f "$file" ] && [ "$(jq -c '[.ref, .tip, .mainline_commits]' "$file" 2> /dev/null)" = "$tip" ]; then
      return 0
    fi
  done
  return 1
}

# Audits what was merged, against every checkpoint; a new one is written only if none is lost.
audit() {
  local file call=(verify)
  if [ -z "$accept" ]; then
    for file in "$tmp"/comment-*.json "$tmp"/artefact-*.json; do
      if [ -f "$file" ] && is_checkpoint "$file"; then
        call+=("--checkpoint=$file")
      fi
    done
  fi
  if [ "${#lost[@]}" -eq 0 ]; then
    call+=("--write-checkpoint=$next_point")
  fi
  json=$(mktemp "$RUNNER_TEMP/exledger-nightly-XXXXXX")
  answer "$json" "${call[@]}" --format json
  outputs "$json"
  if [ -s "$json" ]; then
    also "$tmp/verify" "${call[@]}" --format markdown
  fi
  worst=$code
}

# Asks what repeats, and what is due to whom.
ask() {
  answer "$tmp/patterns.json" patterns --format json
  [ "$code" -lt 2 ] || worst=$code
  answer "$tmp/due.json" due --messages --format json
  [ "$code" -lt 2 ] || worst=$code
  if [ ! -s "$tmp/patterns.json" ] || [ ! -s "$tmp/due.json" ]; then
    fail 3 "what is due could not be determined: see the messages above"
  fi
  exledger patterns --format markdown > "$tmp/patterns" 2> /dev/null || true
  exledger due --messages --format markdown > "$tmp/due" 2> /dev/null || true
}

# Tells whether somebody has to act; a message that something was decided asks for nothing.
is_due() {
  [ "${#lost[@]}" -gt 0 ] || [ "$worst" -gt 0 ] \
    || jq -e 'any(.messages[].records[]?; .bucket != "decided")' "$tmp/due.json" > /dev/null \
    || jq -e 'any(.groups[]; .refused | length > 0)' "$tmp/patterns.json" > /dev/null
}

# Writes the text of the issue.
write_body() {
  local mentions reason
  # Only accounts that the policy maps to people; any other login may be a stranger's.
  mentions=$(jq -r '[.messages[].to.login // empty | select(test("^[A-Za-z0-9](-?[A-Za-z0-9])*$")) | "@" + .]
    | unique | join(" ")' "$tmp/due.json")
  {
    echo "Kept by the workflow exledger: checked at $(jq -r '.ledger.instant' "$tmp/due.json"), commit" \
      "$(jq -r '.ledger.commit[:12]' "$tmp/due.json"), in [this run]($run_url). It is closed while nothing is due."
    jq -r '[.[] | select(.is_accepted) | .line][0] // empty | "\nCheckpoints begin again. " + .' "$tmp/points"
    if [ "${#lost[@]}" -gt 0 ]; then
      printf '\n## checkpoint-lost\n\n'
      for reason in "${lost[@]}"; do
        printf -- '- %s\n' "$reason"
      done
      echo
      echo 'No checkpoint is made until somebody compares the approved branch with a clone that is known to be good, and'
      echo 'runs the workflow with `accept_checkpoint` and the full id of its last commit.'
    fi
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

# Updates the issue, or opens it.
write_issue() {
  local state=closed
  if is_due; then
    state=open
  fi
  write_body
  if [ -z "$issue" ]; then
    # Without a first checkpoint an issue would look like one that lost it.
    if [ ! -s "$next_point" ]; then
      fail 3 "there is no checkpoint yet, and none could be made: see the messages above"
    fi
    issue=$(api --method POST "$repo/issues" -f 'title=Exceptions: what is due' -F "body=@$tmp/body" | jq -r .number)
    keep_checkpoint
    [ "$state" = open ] || api --method PATCH "$repo/issues/$issue" -f state=closed > /dev/null
    return
  fi
  keep_checkpoint
  api --method PATCH "$repo/issues/$issue" -f "state=$state" -F "body=@$tmp/body" > /dev/null
}

# Adds the checkpoint as a comment, if the approved branch has moved since the last one.
keep_checkpoint() {
  [ -s "$next_point" ] || return 0
  if [ -z "$accept" ] && same_as_comment "$next_point"; then
    cp "$next_point" "$kept"
    return
  fi
  {
    if [ -n "$accept" ]; then
      echo "$accept_mark"
      echo "Accepted: \`$accept\`, by \`$actor\`, in [this run]($run_url). Earlier checkpoints no longer count."
    else
      echo "$point_mark"
      echo 'A checkpoint of the approved branch. It counts only as long as nobody edits this comment.'
    fi
    echo
    printf '```json\n%s\n```\n' "$(cat "$next_point")"
  } > "$tmp/point"
  write_comment '' "$issue" "$tmp/point"
  # Only what a comment holds: an artefact without its comment would be a checkpoint that was lost.
  cp "$next_point" "$kept"
}

approved=${EXLEDGER_APPROVED_REF:-}
echo '[]' > "$tmp/points"
issue=$(find_issue)
if [ -n "$accept" ]; then
  if ! git rev-list --first-parent "${approved:-HEAD}" > "$tmp/chain" || ! grep -qxF "$accept" "$tmp/chain"; then
    fail 1 "accept_checkpoint: $accept is not on the first-parent line of the approved branch"
  fi
else
  [ -z "$issue" ] || read_comments
  read_artefacts
fi
audit
ask
write_issue
code=$worst
if [ "${#lost[@]}" -gt 0 ]; then
  for reason in "${lost[@]}"; do
    echo "::error title=checkpoint-lost::$reason"
  done
  [ "$code" -ge 1 ] || code=1
fi
output exit-code "$code"
