# Each target runs one tool, in an environment that is made on first use and made again when
# pyproject.toml or constraints.txt change. README.md has the same commands for Windows.
PYTHON ?= python3
BIN := .venv/bin

# TensorFlow writes lines at its start, which would count as errors in the book.
export TF_CPP_MIN_LOG_LEVEL := 3
export TF_ENABLE_ONEDNN_OPTS := 0

.PHONY: help book test lab bench lint constraints clean

help:
	@grep '##' Makefile | grep -v grep | sed 's/:.*##/ -/'

book: .venv/.book ## build the book and print its address
	$(BIN)/jupyter-book build . -W -n --keep-going

test: .venv/.test ## run every check; one of them: .venv/bin/python -m tests --only NAME
	$(BIN)/python -m tests

lab: .venv/.notebooks ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

bench: .venv/.test ## time the engines that are installed; benchmarks/README.md tells of more
	$(BIN)/python -m benchmarks run

lint: .venv/.test ## check the style and the types alone
	$(BIN)/python -m tests --only lint types

weights: .venv/.book ## train the weights of Xception(weights="mini") anew: about 6 processor minutes
	TF_ENABLE_ONEDNN_OPTS=1 $(BIN)/python -m dscourse.experiments weights

constraints: .venv/.test ## take the newest version of everything into constraints.txt
	$(BIN)/python -m pip install -q uv
	UV_CUSTOM_COMPILE_COMMAND="make constraints" $(BIN)/uv pip compile --quiet --upgrade \
	  --universal --python-version 3.11 --all-extras --strip-extras --no-annotate \
	  pyproject.toml --output-file constraints.txt

clean: ## remove everything that was made, the environment too
	rm -rf .venv _build build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/.made:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(not (3, 11) <= v <= (3, 13) and \
	  "dscourse needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is %d.%d: add PYTHON=python3.12" % v)'
	$(PYTHON) -m venv --clear .venv
	@touch $@

# The stamp .venv/.book says that the extra `book` is installed. The font cache is made here:
# a first figure that waits for it writes a warning into the book.
.venv/.%: .venv/.made pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[$*]"
	$(BIN)/python -c "import matplotlib.font_manager"
	@touch $@
