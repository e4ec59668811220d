#!/usr/bin/env bash
# Prints the first Python of the given minor versions that runs here, in the order given: find_python.sh 3.11 3.13
# Looks on PATH and among pyenv's versions. Exit code 1, and nothing printed, where there is none.
set -euo pipefail

is_version() { # interpreter, minor version
    "$1" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$2')" >/dev/null 2>&1
}

for version in "$@"; do
    for python in "python$version" python3 python "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python; do
        if is_version "$python" "$version"; then
            # Not the name on PATH, which may be a shim that means another version in another folder.
            "$python" -c 'import sys; print(sys.executable)'
            exit 0
        fi
    done
done
exit 1
