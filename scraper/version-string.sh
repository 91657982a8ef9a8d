#!/bin/sh
# Prints <version>-<branch>-<commit> of this checkout. The version is read from package.json, which a test holds against
# VERSION, because whoever writes the output over VERSION has already emptied it.
set -eu
cd "$(dirname "$0")/.."

version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)
printf '%s-%s-%s\n' "$version" "$(git rev-parse --abbrev-ref HEAD)" "$(git rev-parse HEAD)"
