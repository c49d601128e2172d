#!/usr/bin/env bash
# Findings of the plans: SARIF into a file, annotations into the log. Ends well also when there are errors: the gate decides, last.
set -uo pipefail
read -ra otaplan <<<"$OTAPLAN_COMMAND"
mapfile -t paths < <(printf '%s\n' "$OTAPLAN_PATHS" | sed '/^[[:space:]]*$/d')
strict=()
[ "$OTAPLAN_STRICT" = true ] && strict=(--strict)

"${otaplan[@]}" check --format sarif ${strict[@]+"${strict[@]}"} -- "${paths[@]}" >"$RUNNER_TEMP/otaplan.sarif"
code=$?
if [ "$code" -gt 1 ]; then
  echo "::error title=otaplan::The plans could not be checked (exit code $code)."
  exit "$code"
fi
[ "$OTAPLAN_SARIF" = true ] || "${otaplan[@]}" check --format github -- "${paths[@]}"
echo "errors=$([ "$code" -eq 1 ] && echo true || echo false)" >>"$GITHUB_OUTPUT"
