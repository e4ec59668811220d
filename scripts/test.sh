#!/usr/bin/env bash
# Runs the tests in two processes, since bpy and torch never share one: first all but tests/training, then
# tests/training. Arguments go to pytest in both, except paths, which go where they belong; where only one has a path,
# the other does not run. Exit code: pytest's of the first that failed; 5 where neither found a test.
#   VENV  the environment (.venv)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=${VENV:-.venv}/bin/python
NO_TESTS=5

options=() others=() training=()
for argument in "$@"; do
    case ${argument#./} in
        tests/training | tests/training[/:]*) training+=("$argument") ;;
        tests | tests/) ;;
        tests/*) others+=("$argument") ;;
        *) options+=("$argument") ;;
    esac
done
if [ ${#training[@]} -eq 0 ] && [ ${#others[@]} -eq 0 ]; then
    others=(tests --ignore=tests/training)
    training=(tests/training)
fi

failures=() status=$NO_TESTS
run() { # name, pytest's arguments
    local name=$1 code=0
    shift
    printf '\n=== pytest: %s\n' "$name"
    "$python" -m pytest "$@" || code=$?
    if [ "$code" -eq "$NO_TESTS" ]; then return; fi
    if [ "$code" -ne 0 ]; then failures+=("$name (exit code $code)"); fi
    if [ "$status" -eq "$NO_TESTS" ] || [ "$status" -eq 0 ]; then status=$code; fi
}

if [ ${#others[@]} -gt 0 ]; then run "all but training" "${options[@]}" "${others[@]}"; fi
if [ ${#training[@]} -gt 0 ]; then run "training" "${options[@]}" "${training[@]}"; fi
if [ ${#failures[@]} -gt 0 ]; then printf '\n=== failed: %s\n' "${failures[@]}" >&2; fi
exit "$status"
