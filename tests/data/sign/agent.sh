#!/bin/sh
# Stands in for ssh-keygen beside an agent, which holds the key that the comment of the public key names.
exec ssh-agent sh -c 'ssh-add -q "$(cut -d" " -f3 "$6")" && exec ssh-keygen "$@"' sh "$@"
