#!/bin/sh
# Makes .venv as the lock file says, once. Usage: requirements/setup.sh run|dev [quiet]
# Prints what it does on standard error; says which Debian package is missing if one is.
set -eu
kind=$1
quiet=${2:-}
cd "$(dirname "$0")/.."
lock="requirements/$kind.lock"
sum=$(cat "$lock" pyproject.toml | cksum | cut -d ' ' -f 1)
stamp=".venv/.ready-$kind-$sum"
[ -e "$stamp" ] && exit 0
[ "$kind" = run ] && [ -e ".venv/.ready-dev-$(cat requirements/dev.lock pyproject.toml | cksum | cut -d ' ' -f 1)" ] && exit 0

say() { [ -n "$quiet" ] || printf '%s' "$1" >&2; }
fail() { printf '\n%s\n' "$1" >&2; exit 1; }

say 'Regie klaarzetten (eenmalig, ± 1 minuut)  1/3 omgeving  '
python=${PYTHON:-}
if [ -z "$python" ]; then
  for candidate in python3.11 python3.12 python3.13 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
       "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
fi
[ -n "$python" ] || fail 'Python 3.11 of nieuwer ontbreekt. Installeer het: sudo apt-get install python3 python3-venv'
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
  fail 'De module venv ontbreekt. Installeer hem: sudo apt-get install python3-venv'
[ -x .venv/bin/python ] || "$python" -m venv .venv
say '2/3 pakketten  '
log=.venv/setup.log
if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$lock" >"$log" 2>&1 ||
   ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e . >>"$log" 2>&1; then
  tail -n 15 "$log" >&2
  fail "Installeren lukte niet; de hele uitvoer staat in $log. Is er internet?"
fi
rm -f .venv/.ready-"$kind"-*
: >"$stamp"
say '3/3 stad
'
