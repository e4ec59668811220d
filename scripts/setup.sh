#!/usr/bin/env bash
# Makes the virtual environment that everything runs in: a Python, the packages of pyproject.toml at the versions of
# constraints.txt, and the system libraries that Blender's module links to. Does nothing where that is done.
#   VENV    the folder (.venv)
#   PYTHON  the interpreter to make it with (the first of 3.11 and 3.13 that is found)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

VENV=${VENV:-.venv}
STAMP=$VENV/.carousel-setup

say() { printf '%s\n' "$*" >&2; }
die() { # one argument per line
    for line in "$@"; do say "$line"; done
    exit 1
}

minor_version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

install_packages() { # Debian packages
    local become=()
    if [ "$(id -u)" -ne 0 ]; then become=(sudo -n); fi
    if command -v apt-get >/dev/null && "${become[@]}" true 2>/dev/null; then
        say "Installing $*"
        "${become[@]}" apt-get update -qq &&
            "${become[@]}" env DEBIAN_FRONTEND=noninteractive \
                apt-get install -y -qq --no-install-recommends "$@" >/dev/null && return
    fi
    die "Needed, and not installable from here. Run this, then the same command again:" \
        "    sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
}

check_chosen_python() {
    if [ -z "${PYTHON:-}" ]; then return; fi
    local version
    version=$(minor_version "$PYTHON" 2>/dev/null) || die "PYTHON=$PYTHON does not run"
    case $version in
        3.11 | 3.13) ;;
        *) die "PYTHON=$PYTHON is Python $version: rendering needs 3.11 or 3.13, which Blender's module is built for" ;;
    esac
}

find_python() {
    scripts/find_python.sh 3.11 3.13 && return
    if scripts/find_python.sh 3.12 >/dev/null; then
        say "Python 3.12 alone: it can train, but rendering needs 3.11 or 3.13, which Blender's module is built for."
    else
        say "Rendering needs Python 3.11 or 3.13, and neither is found on PATH or in pyenv."
    fi
    die "Debian 12: apt-get install python3.11-venv. Debian 13: apt-get install python3.13-venv." \
        "Elsewhere: pyenv install 3.11. Then the same command again; PYTHON=/path/to/python names one directly."
}

make_venv() {
    local existing python version
    existing=$(minor_version "$VENV/bin/python" 2>/dev/null) || existing=
    if [ -n "$existing" ] && [ -z "${PYTHON:-}" ]; then return; fi
    python=${PYTHON:-$(find_python)}
    version=$(minor_version "$python")
    if [ "$existing" = "$version" ]; then return; fi
    if [ -n "$existing" ]; then
        die "$VENV has Python $existing, not $version: remove it, or name another folder with VENV=.venv$version"
    fi
    "$python" -c 'import ensurepip' 2>/dev/null || install_packages "python$version-venv"
    say "Making $VENV with Python $version ($python)"
    "$python" -m venv --clear "$VENV"
}

install_python_packages() {
    say "Installing the packages of pyproject.toml into $VENV (a minute or two)"
    "$VENV/bin/python" -m pip install -q --disable-pip-version-check --use-pep517 -c constraints.txt -e '.[blender,dev]'
}

install_system_libraries() {
    local missing
    missing=$("$VENV/bin/python" -m scenegen.doctor --packages)
    # shellcheck disable=SC2086  # a list of words
    if [ -n "$missing" ]; then install_packages $missing; fi
}

fingerprint() { cat pyproject.toml constraints.txt | sha256sum; }

is_done() {
    [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$(fingerprint)" ] || return 1
    local version
    version=$(minor_version "$VENV/bin/python" 2>/dev/null) || return 1
    [ -z "${PYTHON:-}" ] || [ "$version" = "$(minor_version "$PYTHON")" ]
}

check_chosen_python
if is_done; then exit 0; fi
make_venv
install_python_packages
install_system_libraries
"$VENV/bin/python" -m scenegen.doctor --quick >&2
fingerprint >"$STAMP"
