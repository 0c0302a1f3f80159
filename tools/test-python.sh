#!/usr/bin/env bash
# Runs the Python half: lint, types and tests on FastMCP 3, what touches FastMCP once more on 4, and the
# black-box tests of the notes server, in TypeScript, against the one in Python, on both.
# Usage: tools/test-python.sh [environments]
# With "environments", they are made and nothing is run.
# PYTHON names an interpreter; without it the newest of 3.10 to 3.14 that is there is taken. Where there
# is none, the Python half is not run, which is an error if REQUIRE_PYTHON is 1.
set -euo pipefail
cd "$(dirname "$0")/../python"

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3.10 python3 python}; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}

interpreter=$(find_python)
if [ -z "$interpreter" ]; then
  echo "The Python half was NOT run: there is no Python 3.10 or newer with venv (PYTHON names one)." >&2
  [ "${REQUIRE_PYTHON:-0}" != 1 ]
  exit
fi

# An environment is made anew when what it is to hold has changed.
environment() {
  local folder=.venv/$1 wanted
  wanted=$(cat "requirements-$1.txt" packages/*/pyproject.toml | cksum)-$("$interpreter" -V)
  if [ "$(cat "$folder/.wanted" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$folder"
    "$interpreter" -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "requirements-$1.txt"
    "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
      -e packages/identity -e packages/revocation -e packages/transport-mcp -e packages/mcp-fastmcp
    echo "$wanted" >"$folder/.wanted"
  fi
}

environment dev
environment fastmcp4
if [ "${1:-}" = environments ]; then exit; fi

mkdir -p ../reports
rm -f ../reports/pytest-*.xml ../reports/vitest-python.json

fastmcp_3() {
  .venv/dev/bin/pytest --quiet --junitxml=../reports/pytest-fastmcp-3.xml
}

lint() {
  .venv/dev/bin/ruff check . && .venv/dev/bin/ruff format --check . && .venv/dev/bin/mypy .
}

fastmcp_4() {
  .venv/fastmcp4/bin/pytest --quiet --junitxml=../reports/pytest-fastmcp-4.xml \
    packages/mcp-fastmcp tests/test_notes_server.py
}

# The notes server in Python is told from the one in TypeScript by nothing that a client sees.
black_box() {
  (cd .. && npx vitest run --config vitest.python.config.ts)
}

the_others() {
  local status=0 part
  for part in lint fastmcp_4 black_box; do "$part" || status=1; done
  return "$status"
}

# Side by side, for two processors; what each says is shown when all are done.
jobs=(fastmcp_3 the_others)
pids=()
for job in "${jobs[@]}"; do
  "$job" >"../reports/python-$job.log" 2>&1 &
  pids+=($!)
done
trap 'kill "${pids[@]}" 2>/dev/null || true' EXIT
status=0
for index in "${!jobs[@]}"; do
  wait "${pids[$index]}" || status=1
  cat "../reports/python-${jobs[$index]}.log"
done
exit "$status"
