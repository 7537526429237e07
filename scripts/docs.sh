#!/usr/bin/env bash
# Makes the API reference from the public headers: build/dev/docs/html/index.html. A public function without a comment
# is an error.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

need_packages build test docs
PIER_BUILD_TARGETS=docs build_preset dev
say "build/dev/docs/html/index.html"
