# Autodidact Studio: every target prepares what it needs first (make setup), and that does nothing the second time.
#
#   make demo     the whole job on sample data          make test   all tests
#   make studio   the app                               make lint   ruff, mypy, import contracts
#   make bench    measure, against the stated numbers   make wheel  dist/*.whl
#   make bench-labeling   import, scrolling, keys, suggestions, the order to label in, kills
#   make bench-export     exported models: parity, size, speed, the server, the container
#   make setup, format, clean      prepare, tidy the code, remove what was built
#   make lock     ask the package index for the hashes of what exports are installed with
#   make bench-peers, bench-report, bench-ablation, bench-kinds, portfolio      see tests/benchmarks/README.md

VENV   := .venv
PYTHON_IN_VENV := $(VENV)/bin/python
STAMP  := $(VENV)/.setup-done
ARGS   ?=
TESTERS ?= 3

export ORT_DISABLE_TELEMETRY := 1

.DEFAULT_GOAL := help
.PHONY: help setup studio demo test container-tools lint format bench bench-peers bench-report bench-ablation bench-labeling bench-export bench-kinds portfolio lock wheel clean

help:
	@sed -n '2,/^$$/s/^# \{0,1\}//p' Makefile

setup: $(STAMP)

$(STAMP): pyproject.toml packaging/setup.sh packaging/system-libraries.txt packaging/weights.txt
	@PYTHON='$(PYTHON)' packaging/setup.sh $(VENV)
	@touch $@

studio: $(STAMP)
	$(PYTHON_IN_VENV) -m studio $(ARGS)

demo: $(STAMP)
	$(PYTHON_IN_VENV) -m studio.demo $(ARGS)

test: $(STAMP) container-tools
	QT_QPA_PLATFORM=offscreen $(PYTHON_IN_VENV) -m pytest --numprocesses $(TESTERS) --dist loadfile $(ARGS)

# podman and images of our own, for the tests of exported containers; where that is impossible they are skipped.
container-tools: $(STAMP)
	@packaging/container-tools.sh || test $$? = 3

lint: $(STAMP)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(PYTHON_IN_VENV) -m mypy
	$(VENV)/bin/lint-imports

format: $(STAMP)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(STAMP)
	$(PYTHON_IN_VENV) -m tests.benchmarks $(ARGS)

bench-peers: $(STAMP)
	$(PYTHON_IN_VENV) -m tests.benchmarks.peers $(ARGS)

bench-report: $(STAMP)
	$(PYTHON_IN_VENV) -m tests.benchmarks.publish $(ARGS)

bench-ablation: $(STAMP)
	$(PYTHON_IN_VENV) -m tests.benchmarks.ablation $(ARGS)

bench-labeling: $(STAMP)
	$(PYTHON_IN_VENV) -m tests.benchmarks.labeling $(ARGS)

bench-kinds: $(STAMP)
	$(PYTHON_IN_VENV) -m tests.benchmarks.kinds $(ARGS)

bench-export: $(STAMP)
	$(PYTHON_IN_VENV) -m tests.benchmarks.exports $(ARGS)

portfolio: $(STAMP)
	$(PYTHON_IN_VENV) -m tests.benchmarks.portfolio $(ARGS)

lock: $(STAMP)
	$(PYTHON_IN_VENV) packaging/lock.py $(ARGS)

wheel: $(STAMP)
	$(PYTHON_IN_VENV) -m build --wheel

clean:
	rm -rf build dist demo-output/exported demo-output/projects demo-output/settings demo-output/*.png bench-output *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find engine labeling exporters studio resources tests -name __pycache__ -type d -prune -exec rm -rf {} +
