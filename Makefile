.DEFAULT_GOAL := help
.PHONY: help install build check test demo mutants fuzz bench-refusals vectors clean

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
	npm run --silent check
	npm run --silent typecheck

test: check ## Everything above, and all tests
	npm run --silent test

demo: build ## STS, notes server and MCP client in one go: what is let in, what is refused, and why
	node examples/demo/dist/main.js

mutants: build ## Mutation testing of identity, revocation and transport-mcp: about half an hour
	npx stryker run

fuzz: build ## Ten million wrong and right tokens; FUZZ_SEED, FUZZ_OFFSET, FUZZ_RUNS go on where it stopped
	npx tsc -b fuzz
	node fuzz/dist/long-run/main.js

bench-refusals: build ## What each kind of refusal costs beside an acceptance; writes docs/refusal-cost.md
	npx tsc -b bench
	node --expose-gc bench/dist/refusals/main.js

vectors: build ## Writes vectors/ and docs/vectors.md anew
	npx tsc -p tools/vectors
	node reports/vectors/main.js vectors
	npx vitest run tools/vectors/report.test.ts --reporter=default --update

clean: ## Removes what was built and installed
	rm -rf node_modules packages/*/dist examples/*/dist reports
