#!/bin/sh
# For `git diff`: plans in canonical form, so that only what was said differently shows. A text that cannot be read is shown as it is.
npx --no-install otaplan format --stdin <"$1" 2>/dev/null || cat "$1"
