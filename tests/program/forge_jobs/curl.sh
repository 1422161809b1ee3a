#!/usr/bin/env bash
# Answers like GitLab's API, from the files below $FORGE/api, and notes each call in $FORGE/calls.
set -euo pipefail
method=GET path='' out='' data=''
while [ $# -gt 0 ]; do
  case $1 in
    --request) method=$2; shift 2 ;;
    --output) out=$2; shift 2 ;;
    --header) grep -q '^PRIVATE-TOKEN: s3cr3t$' "${2#@}"; shift 2 ;;
    --data-urlencode) case $2 in *@/*) data=${2#*@} ;; esac; shift 2 ;;
    --data) printf '%s\n' "$2" >> "$FORGE/data"; shift 2 ;;
    --*) shift ;;
    *) path=${1#https://gitlab.example.com/api/v4}; shift ;;
  esac
done
printf '%s %s\n' "$method" "${path%%\?*}" >> "$FORGE/calls"
if [ "$method" != GET ]; then
  cp "$data" "$FORGE/sent-$(grep -c -v '^GET' "$FORGE/calls")"
  echo '{"iid": 5}'
elif [ -f "$FORGE/api/${path%%\?*}.json" ]; then
  if [ -n "$out" ]; then cp "$FORGE/api/${path%%\?*}.json" "$out"; else cat "$FORGE/api/${path%%\?*}.json"; fi
else
  echo "404: $path" >&2
  exit 22
fi
