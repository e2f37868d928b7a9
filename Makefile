.DEFAULT_GOAL := help
.PHONY: help demo test browser chaos deploy documents check format pictures messages reference pins ci

help:  ## Say what each target is for
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo:  ## Build a programme from shopping data and open its doors
	uv run --no-dev --extra demo regulars demo

test:  ## Run the default tests on the embedded PostgreSQL
	uv run pytest

browser:  ## Run the tests that click through the pages in Chromium
	uv run --group heavy pytest -m browser

chaos:  ## Kill processes in the middle of their work and count what was lost
	uv run pytest -n0 -m chaos

deploy:  ## Start whole installations: image, compose file, units, and a doctor with faults to find
	uv run pytest -n0 -m deploy

documents:  ## Type what the how-tos say
	uv run python tools/run_docs.py

check:  ## Lint, types, floors
	uv run ruff check && uv run ruff format --check && uv run mypy && uv run lint-imports

format:  ## Put the code into one form
	uv run ruff check --fix && uv run ruff format

pictures:  ## Retake the screenshots of the README and the docs
	uv run --group heavy --extra demo python tools/pictures.py

messages:  ## Collect texts to translate (needs gettext), and compile the translations
	uv run regulars makemessages --locale ru --no-location --no-wrap --no-obsolete
	uv run pybabel compile -D django -d regulars/web/locale

reference:  ## Write the pages of docs/reference from the code
	uv run python tools/reference.py

pins:  ## Write the pinned versions of every dependency into pyproject.toml
	uv run python tools/pins.py

ci:  ## Run everything that must hold before a change lands
	.ci/run
