# Keeps one comment on a pull request: what it changes in meaning, and who can approve that. The job `lint` judges;
# this one is red only if it can't say. run.sh reads it.
# shellcheck shell=bash disable=SC2154,SC2034

number=$(event .pull_request.number)
[[ $number =~ ^[0-9]+$ ]] || fail 2 "comment: only for the event pull_request"
origin=$(event .pull_request.head.repo.full_name)
branch=$(event .pull_request.head.ref)
json=$(mktemp "$RUNNER_TEMP/exledger-comment-XXXXXX")
against=(-- "$(base)")
# The branch completes the command that signs an approval; programs before this flag print it without.
flags=$(exledger diff --help)
if [ -n "$branch" ] && [[ $flags == *--branch* ]]; then
  against=("--branch=$branch" "${against[@]}")
fi

answer "$json" diff --format json "${against[@]}"
outputs "$json"
worst=$code
if [ -s "$json" ]; then
  also "$tmp/diff" diff --format markdown "${against[@]}"
  worst=$code
fi
code=0
if [ "$worst" -ge 2 ]; then
  code=$worst
fi

# Tells whether a record or a governance file changes.
is_about_exceptions() {
  jq -e '(.changes | length) > 0 or any(.findings[]; .rule != "workflow-changed")' "$json" > /dev/null
}

if [ -s "$tmp/diff" ]; then
  summarize "$tmp/diff"
  mark=$(marker exledger)
  run_url="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/${GITHUB_RUN_ID:-}"
  { echo "$mark"; shorten "$tmp/diff" "see the [summary of the job]($run_url)"; } > "$tmp/comment"
  if [ "$origin" != "$GITHUB_REPOSITORY" ]; then
    echo "the pull request comes from a fork, so the result is only in the job summary"
  else
    login=$(own_login)
    id=$(own_comment "$number" "$mark")
    if [ -n "$id" ] || is_about_exceptions; then
      write_comment "$id" "$number" "$tmp/comment"
    else
      echo "no exception and no rule changes: no comment"
    fi
  fi
fi
