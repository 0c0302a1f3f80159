#!/usr/bin/env bash
# Runs all tests of both languages, Python's beside the others, since much of the time is waiting. Where a
# part fails, the others run all the same.
# Usage: tools/test.sh
set -uom pipefail
cd "$(dirname "$0")/.."
mkdir -p reports
rm -rf reports/vitest*.json reports/pytest-*.xml

tools/test-python.sh >reports/python.log 2>&1 &
python=$!
# Each job has a process group of its own, so that it ends whole.
trap 'kill -- -"$python" 2>/dev/null' EXIT

status=0
npm run --silent coverage || status=1
npm run --silent test:others || status=1
wait "$python" || status=1
cat reports/python.log
exit "$status"
