.DEFAULT_GOAL := help
.PHONY: help install build check redis test test-python coverage demo demo-python demo-cluster mutants fuzz faults bench bench-end-to-end bench-scale bench-refusals bench-revocation bench-python soak performance conformance vectors clean

help: ## What there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

# Installs anew only when the lock file changed.
node_modules/.installed: package-lock.json package.json
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

install: node_modules/.installed ## Installs what the rest needs, from the npm registry

build: install ## Compiles all packages and examples
	npm run --silent build

check: build ## Lints, checks the format and type-checks tests too
	npm run --silent check & lint=$$!; status=0; npm run --silent typecheck || status=1; wait $$lint && exit $$status

redis: ## Makes sure that tests can start a Redis; installs Debian's where it may
	node tools/ensure-redis.js

test: check redis ## Everything above, all tests of both languages, and the coverage of the packages that judge
	tools/test.sh

test-python: build redis ## The Python half alone: lint, types and tests
	tools/test-python.sh

coverage: install ## Every branch of identity, revocation and transport-mcp is run by the tests of these three
	npm run --silent coverage

demo: build ## STS, notes server and MCP client in one go: what is let in, what is refused, and why
	node examples/demo/dist/main.js

demo-python: build ## The same against the notes server in Python
	REQUIRE_PYTHON=1 tools/test-python.sh environments
	node examples/demo/dist/main.js python/.venv/dev/bin/python

demo-cluster: build redis ## Three notes servers and a Redis: one revocation, three refusals; then Redis is frozen, and comes back
	node examples/demo-cluster/dist/main.js

mutants: build ## Mutation testing of identity, revocation and transport-mcp, each judged by its own tests: half an hour
	node tools/mutants/main.js

fuzz: build ## Ten million wrong and right tokens; FUZZ_SEED, FUZZ_OFFSET, FUZZ_RUNS go on where it stopped
	npx tsc -b fuzz
	node fuzz/dist/long-run/main.js

faults: build redis ## A thousand trials and more with a faulty Redis; FAULTS_SEED, FAULTS_TRIALS; goes on where it stopped
	npx tsc -b faults
	node faults/dist/faults/long-run/main.js

# The versions of Node that verification is timed on; npm fetches those that are not there.
BENCH_NODES ?= 20 22 24

bench: build redis ## Verification beside its peers and the raw signature, on three versions of Node (BENCH_NODES): some three minutes each on an idle machine
	npx tsc -b bench
	set -e; for version in $(BENCH_NODES); do npm exec --yes --package=node@$$version -- node bench/dist/bench/verify/main.js; done

bench-end-to-end: build ## What protection costs a call of the notes server, stateless and stateful, and where it goes: five minutes for each version of Node
	npx tsc -b bench
	set -e; for version in $(BENCH_NODES); do npm exec --yes --package=node@$$version -- node bench/dist/bench/end-to-end/main.js; done

bench-scale: build redis ## Cost against revocations, zones, hops and concurrency; memory; imports
	npx tsc -b bench
	node --expose-gc bench/dist/bench/scale/main.js

soak: build ## Ten minutes of verification at full load, with flat memory; SOAK_SECONDS
	npx tsc -b bench
	node --expose-gc bench/dist/bench/soak/main.js

performance: ## Writes docs/performance.md anew, from what the last runs of these four measured
	npx vitest run bench/performance --reporter=default --update

bench-refusals: build ## What each kind of refusal costs beside an acceptance; writes docs/refusal-cost.md
	npx tsc -b bench
	node --expose-gc bench/dist/bench/refusals/main.js

conformance: build ## The official conformance suite, with protection and without; writes docs/conformance.md
	npx vitest run tools/mcp-conformance --reporter=default --update

bench-python: build ## What a verification costs in Python, beside peers and the raw signature; writes bench/results/python.json
	REQUIRE_PYTHON=1 tools/test-python.sh environments
	cd python && .venv/dev/bin/python -m bench
	npx biome check --write bench/results/python.json

bench-revocation: build redis ## How fast revocations spread, what a million of them take; writes docs/revocation-at-scale.md
	npx tsc -b bench
	node bench/dist/bench/revocation/main.js

vectors: build ## Writes vectors/ and docs/vectors.md anew
	npx tsc -p tools/vectors
	node reports/vectors/main.js vectors
	npx vitest run tools/vectors/report.test.ts --reporter=default --update

clean: ## Removes what was built and installed
	rm -rf node_modules packages/*/dist examples/*/dist tools/*/dist reports python/.venv
