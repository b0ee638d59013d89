# What can be done with Carillon. `make` alone lists it. Every target installs the Debian packages it needs, says
# which and why, and does nothing where they are all there.

.DEFAULT_GOAL := help
.PHONY: help run build test check lint format contract simulate fuzz torture soak bench man install clean

PREFIX  ?= /usr/local
DESTDIR ?=
ARGS    ?=
URL     ?=

# An import that a target does not declare is an error, and the binary brings the Swift runtime with it, so that
# it needs nothing but system libraries.
FLAGS := --explicit-target-dependency-import-check error
BUILD := swift build -c release --static-swift-stdlib $(FLAGS)

help: ## list the targets
	@echo 'usage: make TARGET'
	@sed -nE 's/^([a-z]+):.*## (.*)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-10s %s\n", $$1, $$2 }'
	@.ci/toolchain || true

run: build ## build and start the service on 127.0.0.1:8080 (ARGS="--listen …": see --help)
	@echo 'Try it from another terminal, with `nc -ul 127.0.0.1 8888` in a third:'
	@echo "  curl -H 'Content-Type: application/json' http://127.0.0.1:8080/subscriptions -d '{\"event\": \"E_PIKE_BLOCKED\", \"socket\": \"udp:127.0.0.1:8888\"}'"
	@echo "  curl -H 'Content-Type: application/json' http://127.0.0.1:8080/events/E_PIKE_BLOCKED/raise -d '{\"params\": {\"ip\": \"192.0.2.7\"}}'"
	@echo "  curl http://127.0.0.1:8080/subscribers?event=E_PIKE_BLOCKED"
	@echo '… or in a browser: http://127.0.0.1:8080/'
	@exec .build/release/carillond $(ARGS)

build: toolchain ## build the release binaries into .build/release
	$(BUILD) --product carillond
	$(BUILD) --product carillonctl

test: build ## run every test: unit, end to end, and the contract
	@.ci/packages test
	python3 Tests/run.py

check: export CARILLON_STRICT = 1
check: lint test ## what CI runs: lint and test, warnings are errors

lint: toolchain ## check format and documentation of the sources
	swift format lint --strict --recursive --parallel Sources Tests Package.swift
	@.ci/packages test
	python3 Tests/Contract/contract.py --validate-only

format: toolchain ## format the sources in place
	swift format --in-place --recursive --parallel Sources Tests Package.swift

contract: ## hold a service against openapi.yaml (URL=http://…, EXAMPLES=100, SEEDS="1 2 3"); our own without URL
	@.ci/packages test
	$(if $(URL),,$(MAKE) build)
	python3 Tests/Contract/contract.py $(if $(URL),--url $(URL)) --examples $(or $(EXAMPLES),100) --seeds $(or $(SEEDS),1)

simulate: toolchain ## run the core against a naive model (SEED=n, STEPS=n)
	$(if $(SEED),SIMULATE_SEED=$(SEED)) SIMULATE_STEPS=$(or $(STEPS),100000) swift test $(FLAGS) --filter Simulator

fuzz: toolchain ## fuzz the parsers (SECONDS=60 each, ONLY=HTTP)
	python3 Tests/Fuzz/fuzz.py --seconds $(or $(SECONDS),60) $(if $(ONLY),--only $(ONLY))

torture: build ## kill the service 200 times and a broker 50 times, cycle a million connections, flood it, 1,000 slow clients
	@.ci/packages torture
	CARILLON_TORTURE=1 swift test $(FLAGS) --filter Torture
	python3 Tests/Torture/slow.py

soak: build ## ten minutes with half of the receivers dead: memory stays where it is (SECONDS=600)
	CARILLON_SOAK_SECONDS=$(or $(SECONDS),600) swift test $(FLAGS) --filter SoakTests

bench: toolchain ## measure against nginx and plain C (ONLY=name, ROUNDS=7, JSON=file)
	@.ci/packages bench
	python3 Tests/Bench/bench.py $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(JSON),--json $(JSON))

man: build ## write the manual pages and completions into .build/share
	@.ci/packages man
	@mkdir -p .build/share/man/man1 .build/share/man/man8 .build/share/bash-completion/completions \
	    .build/share/zsh/site-functions .build/share/fish/vendor_completions.d
	python3 .ci/manual.py .build/release/carillonctl 1 > .build/share/man/man1/carillonctl.1
	python3 .ci/manual.py .build/release/carillond 8 > .build/share/man/man8/carillond.8
	@set -e; for program in carillonctl carillond; do \
	    echo "completions of $$program"; \
	    complete=".build/release/$$program --generate-completion-script"; share=.build/share; \
	    $$complete bash > $$share/bash-completion/completions/$$program; \
	    $$complete zsh > $$share/zsh/site-functions/_$$program; \
	    $$complete fish > $$share/fish/vendor_completions.d/$$program.fish; \
	done

install: man ## install binaries, manual pages, completions, and examples for Prometheus and Grafana below PREFIX (/usr/local), with DESTDIR in front
	install -d $(DESTDIR)$(PREFIX)/bin
	install -s .build/release/carillond .build/release/carillonctl $(DESTDIR)$(PREFIX)/bin
	cd .build/share && find . -type f -exec install -D -m 644 {} $(abspath $(DESTDIR)$(PREFIX))/share/{} \;
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/carillon Sources/carillond/Resources/*

clean: ## remove what was built, the virtual environment included
	rm -rf .build .build-* .venv

.PHONY: toolchain
toolchain:
	@.ci/packages build
	@.ci/toolchain
