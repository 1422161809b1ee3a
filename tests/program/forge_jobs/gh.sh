#!/usr/bin/env bash
# Answers like `gh api`, from the files below $FORGE/api, and notes each call in $FORGE/calls.
# shellcheck disable=SC2016
set -euo pipefail
printf '%s\n' "$*" >> "$FORGE/calls"
[ "$1" = api ]
shift
method=GET fields='{}' path=''
while [ $# -gt 0 ]; do
  case $1 in
    --method) method=$2; shift 2 ;;
    --paginate) shift ;;
    -f) fields=$(jq --arg k "${2%%=*}" --arg v "${2#*=}" '.[$k] = $v' <<< "$fields"); shift 2 ;;
    -F) file=${2#*=@}; fields=$(jq --arg k "${2%%=*}" --rawfile v "$file" '.[$k] = $v' <<< "$fields"); shift 2 ;;
    *) path=${1%%\?*}; shift ;;
  esac
done
file="$FORGE/api/$path.json"
n=$(($(cat "$FORGE/number" 2> /dev/null || echo 100) + 1))

# Changes a file of the forge by a program of jq.
change() {
  [ -f "$1" ] || echo '[]' > "$1"
  jq --argjson fields "$fields" --argjson n "$n" "$2" "$1" > "$1.new"
  mv "$1.new" "$1"
  echo "$n" > "$FORGE/number"
}

new='{number: $n, id: $n, user: {login: "github-actions[bot]", type: "Bot"}, state: "open"}
  + $fields'
case "$method $path" in
  "GET "*)
    if [ ! -f "$file" ]; then
      echo "gh: Not Found (HTTP 404): $path" >&2
      exit 1
    fi
    cat "$file"
    ;;
  "POST "*/comments | "POST "*/issues | "POST "*/pulls)
    mkdir -p "$(dirname "$file")"
    change "$file" ". + [$new]"
    jq '.[-1] + {html_url: "https://forge.example.com/pull/2"}' "$file"
    ;;
  "PATCH "*/issues/comments/*)
    for file in "$FORGE/api/${path%/comments/*}"/*/comments.json; do
      change "$file" "map(if .id == ${path##*/} then . + \$fields else . end)"
    done
    ;;
  "PATCH "*/issues/*)
    change "$FORGE/api/${path%/*}.json" "map(if .number == ${path##*/} then . + \$fields else . end)"
    ;;
  *) echo "gh: unknown request: $method $path" >&2; exit 1 ;;
esac
