#!/bin/sh
# Answers like `gh api` from the files below $FORGE, applies changes to them, and notes each call in $FORGE/calls.
set -eu
printf '%s\n' "$*" >> "$FORGE/calls"
[ "$1" = api ]
shift
method=GET
while [ $# -gt 0 ]; do
  case $1 in
    --method) method=$2; shift 2 ;;
    --input) shift 2 ;;
    *) path=$1; shift ;;
  esac
done
file=$FORGE$path.json
if [ ! -f "$file" ] || [ -f "$FORGE/down" ]; then
  echo "gh: Not Found (HTTP 404)" >&2
  exit 1
fi
case $method in
  GET) cat "$file" ;;
  PATCH)
    jq --slurpfile body /dev/stdin '. + $body[0]' "$file" > "$file.new"
    mv "$file.new" "$file"
    cat "$file"
    ;;
esac
