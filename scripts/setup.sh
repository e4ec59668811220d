#!/usr/bin/env bash
# Makes the virtual environment, or adds to it what is missing: a Python, the extras of pyproject.toml that are named
# as arguments (all of them without) at the versions of constraints.txt, and the system libraries that Blender's module
# links to. Does nothing where that is done.
#   VENV    the folder (.venv)
#   PYTHON  the interpreter to make it with (the first of 3.11 and 3.13 that is found)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

VENV=${VENV:-.venv}
STAMP=$VENV/.carousel-setup # two lines: what was installed from, and which extras
EXTRAS=${*:-blender cluster dev training}
EXTRAS=${EXTRAS//,/ }

say() { printf '%s\n' "$*" >&2; }
die() { # one argument per line
    for line in "$@"; do say "$line"; done
    exit 1
}

wants() { [[ " $EXTRAS " == *" $1 "* ]]; }

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

check_extras() {
    local extra
    for extra in $EXTRAS; do
        case $extra in
            blender | cluster | dev | training) ;;
            *) die "There is no extra '$extra': blender, cluster, dev and training are those of pyproject.toml" ;;
        esac
    done
}

find_python() {
    scripts/find_python.sh 3.11 3.13 && return
    if ! wants blender; then scripts/find_python.sh 3.12 && return; fi
    if scripts/find_python.sh 3.12 >/dev/null; then
        say "Python 3.12 alone: it can train (make setup PYTHON=python3.12), but rendering needs 3.11 or 3.13," \
            "which Blender's module is built for."
    else
        say "Carousel needs Python 3.11 or 3.13 (3.12 can train), and none is found on PATH or in pyenv."
    fi
    die "Debian 12: apt-get install python3.11-venv. Debian 13: apt-get install python3.13-venv." \
        "Elsewhere: pyenv install 3.11. Then the same command again; PYTHON=/path/to/python names one directly."
}

# Sets VERSION to what the environment has or will have, and PYTHON to the interpreter to make it with, if it is to be.
choose_python() {
    local existing
    existing=$(minor_version "$VENV/bin/python" 2>/dev/null) || existing=
    if [ -n "${PYTHON:-}" ]; then
        VERSION=$(minor_version "$PYTHON" 2>/dev/null) || die "PYTHON=$PYTHON does not run"
    elif [ -n "$existing" ]; then
        VERSION=$existing
    else
        PYTHON=$(find_python)
        VERSION=$(minor_version "$PYTHON")
    fi
    if [ -n "$existing" ] && [ "$existing" != "$VERSION" ]; then
        die "$VENV has Python $existing, not $VERSION: remove it, or name another folder with VENV=.venv$VERSION"
    fi
    if [ -n "$existing" ]; then PYTHON=; fi
}

check_version() {
    case $VERSION in
        3.11 | 3.13) ;;
        3.12)
            EXTRAS=${EXTRAS//blender/}
            wants training || die "Python 3.12 can train; rendering needs 3.11 or 3.13, which Blender's module is built for"
            ;;
        *) die "Python $VERSION: rendering needs 3.11 or 3.13, which Blender's module is built for, training 3.11 to 3.13" ;;
    esac
}

fingerprint() { cat pyproject.toml constraints.txt | sha256sum; }

# Sets INSTALLED, the extras of an earlier setup, and INSTALLED_FROM, the state of the files that told their versions.
read_stamp() {
    INSTALLED='' INSTALLED_FROM=''
    if [ -z "$PYTHON" ] && [ -f "$STAMP" ]; then
        { read -r INSTALLED_FROM && read -r INSTALLED; } <"$STAMP" || true
    fi
}

is_done() {
    local extra
    [ "$INSTALLED_FROM" = "$(fingerprint)" ] || return 1
    for extra in $EXTRAS; do
        [[ " $INSTALLED " == *" $extra "* ]] || return 1
    done
}

make_venv() {
    "$PYTHON" -c 'import ensurepip' 2>/dev/null || install_packages "python$VERSION-venv"
    say "Making $VENV with Python $VERSION ($PYTHON)"
    "$PYTHON" -m venv --clear "$VENV"
}

install_python_packages() {
    local what quiet=-q
    what=".[${EXTRAS// /,}]"
    if [ -t 2 ]; then quiet=; fi
    say "Installing into $VENV: $EXTRAS"
    if wants training && [[ $INSTALLED != *training* ]]; then
        say "(PyTorch and its GPU libraries: 2.5 GB to download, 5.5 GB on disk)"
    fi
    # uv takes a third of pip's time. What only pip is told, such as a mirror in pip.conf, it does not know.
    if pip_install uv && "$VENV/bin/uv" pip install $quiet --python "$VENV/bin/python" -c constraints.txt -e "$what"; then
        return
    fi
    say "uv cannot install them here; pip tries"
    pip_install --use-pep517 -e "$what"
}

pip_install() { "$VENV/bin/python" -m pip install -q --disable-pip-version-check -c constraints.txt "$@"; }

install_system_libraries() {
    local missing
    missing=$("$VENV/bin/python" -m scenegen.doctor --packages)
    # shellcheck disable=SC2086  # a list of words
    if [ -n "$missing" ]; then install_packages $missing; fi
}

check_extras
choose_python
check_version
read_stamp
if is_done; then exit 0; fi
# shellcheck disable=SC2086  # lists of words
EXTRAS=$(printf '%s\n' $EXTRAS $INSTALLED | sort -u | xargs) # those too must follow a change of constraints.txt
if [ -n "$PYTHON" ]; then make_venv; fi
install_python_packages
if wants blender; then
    install_system_libraries
    "$VENV/bin/python" -m scenegen.doctor --quick >&2
elif wants training; then
    say "$VENV trains; it has no Blender, so it does not render."
fi
printf '%s\n' "$(fingerprint)" "$EXTRAS" >"$STAMP"
