# A review leaves no trace in git. This script records the reviews of merged pull requests, as claimed evidence signed by the
# key of a bridge, in a
# commit that changes only approval files. If the branch is protected, that commit arrives as a pull request of its own.
# run.sh reads it.
# shellcheck shell=bash disable=SC2154,SC2034,SC2016

# The token of another app says nothing about itself; then the log tells what the comments would.
login=$(own_login 2> /dev/null) || login=''
approved=$GITHUB_REF_NAME
again=$(event .inputs.pull_request)
case $again in *[!0-9]*) fail 2 "pull_request: the number of a pull request has digits only" ;; esac
if [ -z "$INPUT_KEY" ]; then
  echo '::notice title=exledger::no reviews are recorded, since they count only with the signature of a bridge: give the job a key'
  output exit-code 0
  exit 0
fi
(umask 077 && printf '%s\n' "$INPUT_KEY" > "$tmp/key")
bot='github-actions[bot]'
export GIT_AUTHOR_NAME=$bot GIT_AUTHOR_EMAIL="41898282+$bot@users.noreply.github.com"
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
touch "$tmp/paths" "$tmp/waiting"
status=0

# Keeps one comment on a pull request: updates it, or adds it if there is something to report (`new`).
comment() {
  local mark id
  if [ -z "$login" ]; then
    cat
    return
  fi
  mark=$(marker exledger-reviews)
  { echo "$mark"; cat; } > "$tmp/comment"
  id=$(own_comment "$1" "$mark") || return 3
  if [ -n "$id" ] || [ "$2" = new ]; then
    write_comment "$id" "$1" "$tmp/comment"
  fi
}

# Prints what the forge knows about each reviewer.
reviewers() {
  local name email permission
  jq -r '[.[].user.login // empty | select(test("^[A-Za-z0-9_-]+$"))] | unique[]' "$tmp/said" | while read -r name; do
    email=$(gh api "users/$name" | jq -r '.email // empty') || email=''
    permission=$(gh api "$repo/collaborators/$name/permission" | jq -r '.permission // empty') || permission=''
    jq -n --arg key "$name" --arg email "$email" --arg permission "$permission" '{key: $key, value:
      {email: ($email | select(. != "") // null), permission: ($permission | select(. != "") // null)}}'
  done | jq -s from_entries
}

# Fetches the commits that were reviewed. Read only: nothing from the pull request is checked out or run.
fetch_reviewed() {
  local commit
  remote_git fetch --quiet origin "refs/pull/$1/head" || fail 3 "the commits of #$1 could not be fetched"
  jq -r '[.[].commit_id // empty | select(test("^[0-9a-f]+$"))] | unique[]' "$tmp/said" | while read -r commit; do
    git cat-file -e "$commit^{commit}" 2> /dev/null || remote_git fetch --quiet origin "$commit" || true
  done
}

# Says which approvals of a pull request don't count, and why.
report() {
  if [ "$code" -eq 1 ]; then
    echo "::warning title=exledger::approvals of #$1 do not count yet: see the comment there"
    {
      echo 'These approvals do not count yet. Add the lines to `people.logins` in exledger.yaml; once that is merged, run'
      echo 'the workflow exledger again with the number of this pull request.'
      echo
      jq -r '.unresolved[] | if .line then "- `\(.line)`" else "- an account that no longer exists" end' "$tmp/written"
      jq -r 'if (.unresolved | length) == 0 then "- the key that signed is listed for no bridge: see the log" else empty end' \
        "$tmp/written"
    } | comment "$1" new || status=3
  elif [ "$code" -eq 0 ]; then
    echo 'No approval of this pull request is left out.' | comment "$1" old || status=3
  fi
}

# Records the reviews of one merged pull request.
record() {
  local number=$1 landing=$2
  api "$repo/pulls/$number" > "$tmp/request"
  api "$repo/commits/$landing" > "$tmp/landing"
  pages "$repo/pulls/$number/commits" > "$tmp/commits"
  pages "$repo/pulls/$number/reviews" > "$tmp/said"
  fetch_reviewed "$number"
  reviewers > "$tmp/people"
  jq --arg pull_request "#$number" --arg landing "$landing" --arg forge "${GITHUB_SERVER_URL#https://}" \
    --slurpfile people "$tmp/people" --slurpfile request "$tmp/request" \
    --slurpfile commits "$tmp/commits" --slurpfile landed "$tmp/landing" '{
    pull_request: $pull_request, landing: $landing, forge: $forge, opened_by: $request[0].user.login,
    # A merge commit is made by the person who merged, and adds no content.
    authors: [$commits[0][], ($landed[0] | select((.parents | length) < 2))
      | {email: (.commit.author.email // ""), login: .author.login}],
    reviews: [.[] | select(.state != "PENDING") | {
      login: .user.login, email: $people[0][.user.login // ""].email,
      permission: $people[0][.user.login // ""].permission, author_association,
      state: (.state | ascii_downcase | gsub("_"; "-")),
      commit: (.commit_id // "0000000000000000000000000000000000000000"),
      at: .submitted_at, url: .html_url, reason: .body
    }]
  }' "$tmp/said" > "$tmp/reviews"
  answer "$tmp/written" --approved-ref "refs/remotes/origin/$approved" approve --from-reviews "$tmp/reviews" \
    --key "$tmp/key" --format json
  if [ -s "$tmp/written" ]; then
    jq -r '.results[].files[]' "$tmp/written" >> "$tmp/paths"
    jq -r --arg number "$number" 'select(any(.results[]; .landed | not)) | $number' "$tmp/written" >> "$tmp/waiting"
    report "$number"
  fi
  # A comment that could not be written doesn't stop what counts.
  if [ "$code" -gt "$status" ]; then
    status=$code
  fi
}

# Prints the number of the pull request whose merge made a commit. The forge may take a moment to know the last one.
merged_by() {
  local wait number waits=(0)
  if [ "$1" = "$GITHUB_SHA" ]; then
    waits=(0 10 30)
  fi
  for wait in "${waits[@]}"; do
    sleep "$wait"
    number=$(api "$repo/commits/$1/pulls" | jq -r --arg landing "$1" \
      '[.[] | select(.merged_at != null and .merge_commit_sha == $landing)][0].number // empty')
    if [ -n "$number" ]; then
      break
    fi
  done
  printf '%s' "$number"
}

# Records the reviews of one pull request again, or of all that this push merged.
record_all() {
  local before landing landings number pushed
  if [ -n "$again" ]; then
    landing=$(api "$repo/pulls/$again" | jq -r --arg base "$approved" \
      'select(.merged_at != null and .base.ref == $base) | .merge_commit_sha')
    [ -n "$landing" ] || fail 2 "#$again is not merged into $approved"
    record "$again" "$landing"
    return
  fi
  before=$(event .before)
  pushed=(--max-count=1 "$GITHUB_SHA")
  if [ -n "$before" ] && git cat-file -e "$before^{commit}" 2> /dev/null; then
    pushed=("$before..$GITHUB_SHA")
  fi
  landings=$(git rev-list --first-parent --reverse "${pushed[@]}")
  for landing in $landings; do
    number=$(merged_by "$landing")
    if [ -n "$number" ]; then
      record "$number" "$landing"
    fi
  done
}

# Pushes the commit, by a pull request if the branch is protected.
deliver() {
  local attempt branch owner request
  for attempt in 1 2 3; do
    if remote_git push --quiet origin "HEAD:refs/heads/$approved"; then
      return
    fi
    # Something else was merged in the meantime, or the branch is protected.
    echo "push $attempt to $approved was refused" >&2
    remote_git pull --quiet --rebase origin "$approved" || fail 3 "the approvals could not be moved on top of $approved"
  done
  branch="exledger-reviews-${again:+$again-}${GITHUB_SHA:0:12}"
  remote_git push --quiet --force origin "HEAD:refs/heads/$branch" || fail 3 "$branch could not be pushed"
  owner=${GITHUB_REPOSITORY%%/*}
  request=$(api "$repo/pulls?state=open&head=$owner:$branch" | jq -r '.[0].html_url // empty')
  if [ -z "$request" ]; then
    {
      echo 'Approval files that state what reviewers decided on the forge. Nothing else changes.'
      echo
      echo 'A pull request by a workflow starts no workflows. If checks are required, press *Approve workflows to run*,'
      echo 'or close and reopen this pull request.'
    } > "$tmp/body"
    request=$(api --method POST "$repo/pulls" -f "base=$approved" -f "head=$branch" \
      -f 'title=Record the reviews of what was merged' -F "body=@$tmp/body" | jq -r .html_url)
  fi
  sort -u "$tmp/waiting" | while read -r number; do
    echo "Approvals of this pull request count once $request is merged." | comment "$number" new
  done || code=3
}

record_all
code=$status
output exit-code "$code"
tr '\n' '\0' < "$tmp/paths" | xargs -0 -r git add --
if ! git diff --cached --quiet; then
  git commit --quiet -m 'Record the reviews of what was merged'
  deliver
fi
