# Everything a person or a CI machine needs; "make help" lists it.

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
FUZZTIME    ?= 20s
SEED        ?= 2026
SYSTEMS     ?= 100
STEP        ?= 45
DEMO        := build/demo
PLATFORMS   := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

.PHONY: help demo test build dist bench fuzz assets components check clean

## help: list what can be made
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST) | awk -F': ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

## demo: fill in a document from a recorded run, and say where to look
demo: build
	@mkdir -p $(DEMO)
	@cp testdata/documents/demo.md $(DEMO)/results.md
	bin/peakload report testdata/runs/pool -d $(DEMO)/results.md -w \
	    $(patsubst %,--resources %,$(sort $(wildcard testdata/evidence/pool/*))) \
	    --baseline testdata/runs/sustained \
	    --html $(DEMO)/report.html --json $(DEMO)/results.json
	@echo
	@echo "bin/peakload check testdata/runs/pool -d $(DEMO)/results.md"
	@bin/peakload check testdata/runs/pool -d $(DEMO)/results.md || echo "(exit status $$?)"
	@echo
	@echo "Now look at:"
	@echo "  $(DEMO)/results.md    the document, filled in"
	@echo "  $(DEMO)/report.html   the same as a page with charts: open it in a browser"
	@echo "  $(DEMO)/results.json  every figure with its source"
	@echo "and ask where a figure comes from:"
	@echo "  bin/peakload explain p95@peak testdata/runs/pool"

## test: install what the tests need, then vet, lint and test everything
test: components assets check
	$(GO) test ./...

## build: build bin/peakload
build: assets
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/peakload ./cmd/peakload

## bench: measure speed (ratios within one run; machines are noisy)
bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

## score: score the capacity analysis on SYSTEMS (100) simulated systems of SEED (2026), in steps of STEP (45) s
score:
	$(GO) test ./analyze -run '^TestScore$$' -score -seed $(SEED) -systems $(SYSTEMS) -step $(STEP) -v -timeout 2h

## fuzz: run every fuzz target for FUZZTIME (20s) each
fuzz:
	@for pkg in $$($(GO) list ./...); do \
	    for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	        echo "$$pkg $$target"; \
	        $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x $$pkg || exit 1; \
	    done; \
	done

# ECharts for the page, from npm by lockfile; without npm its charts are static.
assets:
	@if command -v npm >/dev/null; then $(MAKE) -s web/dist/echarts.min.js.gz; \
	    else echo "no npm: the page will have static charts only"; fi

web/dist/echarts.min.js.gz: web/package-lock.json web/build.mjs web/echarts.mjs
	cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm run --silent build

# Static checks: formatting, vet, staticcheck.
check:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	    if [ -n "$$unformatted" ]; then echo "gofmt these:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

# The real components that the tests run against, from Debian's packages. Their
# services are not started (policy-rc.d): the tests start their own.
components:
	@missing=; \
	    command -v chromium >/dev/null || missing="$$missing chromium"; \
	    command -v locust >/dev/null || missing="$$missing locust"; \
	    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	    for server in redis-server prometheus prometheus-node-exporter prometheus-postgres-exporter prometheus-redis-exporter; do \
	        command -v $$server >/dev/null || missing="$$missing $$server"; \
	    done; \
	    if [ -n "$$missing" ]; then \
	        echo "installing$$missing"; \
	        sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	        policy=/usr/sbin/policy-rc.d; own=; \
	        if [ ! -e $$policy ]; then own=1; printf '#!/bin/sh\nexit 101\n' | $$sudo tee $$policy >/dev/null; $$sudo chmod +x $$policy; fi; \
	        $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $$missing >/dev/null; \
	        status=$$?; [ -z "$$own" ] || $$sudo rm -f $$policy; exit $$status; \
	    fi

## dist: build static binaries for every platform, with checksums, in build/dist
dist: assets
	@rm -rf build/dist && mkdir -p build/dist
	@for platform in $(PLATFORMS); do \
	    os=$${platform%/*} arch=$${platform#*/}; name=peakload_$${os}_$$arch; \
	    [ $$os = windows ] && name=$$name.exe; \
	    echo $$name; \
	    CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -ldflags='-s -w' -o build/dist/$$name ./cmd/peakload || exit 1; \
	done
	@cd build/dist && sha256sum peakload_* > SHA256SUMS && cat SHA256SUMS

## clean: remove what was built
clean:
	rm -rf bin build
