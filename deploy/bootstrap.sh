#!/bin/sh
# Make .venv from a lock file, or leave it as it is when nothing changed. Usage: deploy/bootstrap.sh runtime|dev
# PYTHON names the interpreter to use; without it the first of python3, python3.14 … python3.11 that is new enough is taken.
set -eu
cd "$(dirname "$0")/.."
lock=deploy/lock/$1.txt
log=.venv/install.log

fail() {
    echo "kutse: $*" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if command -v "$candidate" >/dev/null && new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed, and there is none here${PYTHON:+ (PYTHON=$PYTHON)}: install it, or name it with PYTHON=/path/to/python3.11."
}

# Where it lies is a part: a virtual environment does not survive being moved.
fingerprint() {
    { pwd && cat "$1" pyproject.toml deploy/bootstrap.sh; } | cksum
}

explain() {
    if grep -q "No matching distribution found" "$log"; then
        fail "There is no wheel of $(sed -n 's/.*No matching distribution found for \([^ ]*\).*/\1/p' "$log" | head -n 1) for $(uname -sm) and $("$python" --version), or the package index does not have it; all that pip said is in $log."
    elif grep -q "No space left on device" "$log"; then
        fail "The disk is full: make room for 400 MB where $(pwd) lies."
    elif grep -qi "connection\|resolution\|timed out" "$log"; then
        fail "The package index cannot be reached; all that pip said is in $log."
    fi
    fail "pip could not install $lock: $(grep -i "error" "$log" | head -n 1) (all of it is in $log)"
}

install() {
    .venv/bin/python -m pip --disable-pip-version-check --no-input install "$@" >>"$log" 2>&1 || explain
}

test -f "$lock" || fail "There is no $lock: use 'runtime' or 'dev'."
if [ -x .venv/bin/kutse ] && [ "$(cat ".venv/installed-$1" 2>/dev/null)" = "$(fingerprint "$lock")" ]; then
    exit 0
fi

python=$(find_python)
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
    fail "$python has no venv or no pip to put into it: on Debian and Ubuntu, install python3-venv."
echo "kutse: installing the locked dependencies into .venv (once, about a minute) …" >&2
if ! .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    ! grep -qs "$(pwd)/.venv" .venv/bin/activate; then
    "$python" -m venv --clear .venv || fail "$python could not make $(pwd)/.venv."
fi
rm -f .venv/installed-*
: >"$log"
# Running needs wheels alone, no compiler. One package of the development lock is published as source: pure Python, checked by its hash.
install --require-hashes --only-binary :all: $([ "$1" = dev ] && echo "--no-binary dkimpy") -r "$lock"
install --no-deps --no-build-isolation -e .
# The development lock holds all of the runtime lock.
if [ "$1" = dev ]; then
    fingerprint deploy/lock/runtime.txt >.venv/installed-runtime
fi
fingerprint "$lock" >".venv/installed-$1"
