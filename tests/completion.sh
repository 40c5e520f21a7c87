#!/bin/sh
# What the shells complete: bash by its own function, the others by their syntax where they are installed.
command -v bash >/dev/null || { echo "bash is missing"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$(dirname "$RECTRACE"):$PATH
export PATH
for shell in bash zsh fish; do
    "$RECTRACE" completion $shell -o "$work/rectrace.$shell" || exit 1
done
bash -n "$work/rectrace.bash" || exit 1
if command -v zsh >/dev/null; then zsh -n "$work/rectrace.zsh" || exit 1; fi
if command -v fish >/dev/null; then fish -n "$work/rectrace.fish" || exit 1; fi
cd "$work" && touch some.log && cat >ask.bash <<'END'
source ./rectrace.bash
ask() { # wanted word, then the words of the line
    local want=$1
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _rectrace
    local word
    for word in "${COMPREPLY[@]}"; do [ "$word" = "$want" ] && return 0; done
    return 1
}
status=0
good() { ask "$@" || { echo "not offered: $*"; status=1; }; }
bad() { ! ask "$@" || { echo "offered: $*"; status=1; }; }
good analyze rectrace ana
good some.log rectrace so
good --fail-on rectrace analyze --f
good --fail-on rectrace --f
bad --listen rectrace analyze --l
good --listen rectrace serve --l
good critical rectrace analyze --fail-on c
good jsonl rectrace analyze --format js
bad jsonl rectrace explain --format js
good json rectrace explain --format js
good some.log rectrace analyze --output s
good ticket rectrace help tic
bad rectrace rectrace help rec
good resource-id-expired rectrace why resource-id
good resource-id-expired rectrace explain resource-id
good start-expired rectrace simulate start-e
good json-lines rectrace analyze --as json-
good lint rectrace rules li
exit $status
END
bash ask.bash
