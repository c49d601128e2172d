#!/usr/bin/env bash
# What changes in meaning since the base: Markdown for people, JSON for the gate.
set -euo pipefail
read -ra otaplan <<<"$OTAPLAN_COMMAND"
mapfile -t paths < <(printf '%s\n' "$OTAPLAN_PATHS" | sed '/^[[:space:]]*$/d')

# A new branch has no commit before it: it is compared with the parent of its newest.
case "$OTAPLAN_BASE" in '' | 0000000000000000000000000000000000000000) OTAPLAN_BASE='HEAD~1' ;; esac
# A shallow clone lacks the base.
if ! git cat-file -e "${OTAPLAN_BASE}^{commit}" 2>/dev/null; then
  if [ "$OTAPLAN_BASE" = 'HEAD~1' ]; then
    git fetch --quiet --no-tags --deepen=1 -- origin
  else
    git fetch --quiet --no-tags --depth=1 -- origin "$OTAPLAN_BASE"
  fi
fi
"${otaplan[@]}" diff "--base=$OTAPLAN_BASE" --format markdown -- "${paths[@]}" >"$RUNNER_TEMP/otaplan.md"
"${otaplan[@]}" diff "--base=$OTAPLAN_BASE" --format json -- "${paths[@]}" >"$RUNNER_TEMP/otaplan.json"
node "$GITHUB_ACTION_PATH/count.mjs" >>"$GITHUB_OUTPUT"
cat "$RUNNER_TEMP/otaplan.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
