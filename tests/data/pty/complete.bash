# Loads the completions of a program, and prints what `exledger show 7F3` is completed to: bash complete.bash PROGRAM
source <("$1" completions bash)
COMP_WORDS=(exledger show 7F3) COMP_CWORD=2 COMP_LINE='exledger show 7F3' COMP_POINT=17 COMP_TYPE=9
_clap_complete_exledger exledger 7F3 show
printf '%s\n' "${COMPREPLY[@]}"
