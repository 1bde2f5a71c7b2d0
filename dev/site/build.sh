#!/usr/bin/env bash
# Builds the documentation site in .deps/site/html: README, docs/, the saved notebooks, and the packages' reference. A link that
# leads nowhere fails it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
site=.deps/site
rm -rf "$site"
mkdir -p "$site/pages"
.deps/notebooks/bin/jupyter nbconvert --log-level WARN --to markdown --output-dir "$site/pages/notebooks" notebooks/*.ipynb
go run ./dev/site -out "$site/pages"
cp dev/site/mkdocs.yml "$site/"
.deps/docs/bin/zensical build --strict -f "$site/mkdocs.yml"
printf 'the site is in %s\n' "$site/html/index.html"
