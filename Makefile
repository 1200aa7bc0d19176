.DEFAULT_GOAL := help
.PHONY: help check lint format build unit test demo race release bench fuzz install rig interop sim conformance kills drives pages bluetooth

IMPORTS := --explicit-target-dependency-import-check error

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

check: lint build unit  ## What every commit has to pass: strict lint, no warning, import check, quick tests

lint:  ## Formatting and lint, strictly
	swift format lint --strict --parallel --recursive Package.swift Sources Tests Benchmarks Fuzz

format:  ## Rewrite the files in our format
	swift format format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks Fuzz

build:  ## Build; undeclared imports are errors
	swift build $(IMPORTS)

unit:  ## Unit and simulation tests
	scripts/unit-tests --parallel $(IMPORTS)

test:  ## Everything the README's test command runs
	./test

demo:  ## Three calls on loopback, with a transcript
	./demo

sim:  ## Both ends in a hostile world, SEEDS walks (10000); what fails says how to walk it again
	ECALL_SEEDS=$(or $(SEEDS),10000) swift test --filter SimulationTests

pages:  ## The pages of ecallpanel in a headless Chromium, on a simulated rig
	scripts/page-tests

bluetooth:  ## What is read of BlueZ, played on a bus of its own
	scripts/bluetooth-tests

drives:  ## Drives that a real gpsd reads from a receiver's log, and the MSD at each moment of them
	scripts/drives

race:  ## Unit and simulation tests under Thread Sanitizer
	scripts/unit-tests --sanitize=thread --scratch-path .build-thread

release:  ## The programs as they are installed, linked statically
	scripts/release-build ecalld ecallctl ecall-lamp ecallcenter ecallpanel ecall-bluetooth

install:  ## Build and install programs, units and users; DESTDIR and PREFIX are honored
	scripts/install

rig:  ## The product in front of a real kernel's lines, in a guest, with libgpiod 1.6 and 2.x
	rig/all

interop:  ## Calls with sipp, baresip, linphone and through kamailio, on loopback
	interop/run

conformance:  ## The points of the standards against both programs, in both roles, with a report
	conformance/run

kills:  ## Real calls whose daemon is killed, stopped or cut off, RUNS times (30), and what the next run does
	scripts/kill-runs $(or $(RUNS),30) $(SEED)

bench:  ## The figures of docs/performance.md
	Benchmarks/run

fuzz:  ## Each parser under libFuzzer and AddressSanitizer; RUNS executions each
	Fuzz/run $(RUNS)
