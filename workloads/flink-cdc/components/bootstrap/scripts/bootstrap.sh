#!/usr/bin/env bash
# Brings the pipeline into the state that Git asks for: running (the default) or suspended.
#
# Run twice it does nothing the second time: a job of the same name that has not ended is left alone.
# Needs bash, curl, grep, sed, timeout and sql-client.sh, all of them in the image.
#
#   PIPELINE_NAME           the name of the job, by which it is found again
#   PIPELINE_STATE          running or suspended (stopped with a savepoint)
#   RESTORE_FROM_SAVEPOINT  where a new job takes its state from; empty: it starts without
#   REST_URL                the JobManager
#   SQL_FILE                the pipeline; ${NAME} in it is the file NAME in CREDENTIALS, else the
#                           environment variable NAME, as the inside of an SQL string
#   CREDENTIALS             a folder with one file a secret value
#   WORK                    a folder for the rendered SQL, in memory and only ours
#   REST_SECONDS, RUNNING_SECONDS, SAVEPOINT_SECONDS   how long to wait for each
set -euo pipefail
umask 077
# In another locale Java would print a secret in other characters than we look for.
export LC_ALL=C.UTF-8

: "${PIPELINE_NAME:?}" "${REST_URL:?}" "${SQL_FILE:?}" "${CREDENTIALS:?}" "${WORK:?}"
state=${PIPELINE_STATE:-running}
savepoint=${RESTORE_FROM_SAVEPOINT:-}

say() {
  printf '%s\n' "$*"
}

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

rest() { # path, then more for curl
  curl -sS --fail --max-time 30 "${@:2}" "$REST_URL$1"
}

# Text without any value of a secret.
redacted() {
  local text file value
  text=$(cat)
  for file in "$CREDENTIALS"/*; do
    [[ -f $file ]] || continue
    value=$(<"$file")
    [[ -n $value ]] || continue
    text=${text//"$(quoted "$value")"/***}
    text=${text//"$value"/***}
  done
  printf '%s\n' "$text"
}

# The inside of an SQL string: the quote is the only character that means something there.
quoted() {
  printf '%s' "${1//"'"/"''"}"
}

value_of() { # a placeholder's name
  local value
  if [[ -f $CREDENTIALS/$1 ]]; then
    value=$(<"$CREDENTIALS/$1")
  else
    [[ -n ${!1+set} ]] || fail "$SQL_FILE asks for \${$1}: there is no such credential or variable"
    value=${!1}
  fi
  [[ -n $value ]] || fail "\${$1} is empty"
  [[ $value != *[[:cntrl:]]* ]] || fail "\${$1} holds a line break or another control character"
  quoted "$value"
}

# The SQL with its values in one pass: a value that looks like a placeholder stays as it is.
rendered() {
  local rest name value
  rest=$(<"$SQL_FILE")
  while [[ $rest == *'${'* ]]; do
    printf '%s' "${rest%%'${'*}"
    rest=${rest#*'${'}
    name=${rest%%'}'*}
    [[ $name =~ ^[A-Z][A-Z0-9_]*$ ]] || fail "$SQL_FILE: '\${${name:0:40}' is no placeholder"
    value=$(value_of "$name")
    printf '%s' "$value"
    rest=${rest#*'}'}
  done
  printf '%s\n' "$rest"
}

write_sql() {
  local ours="pipeline\.name|execution\.state-recovery\.path|execution\.savepoint\.path"
  if grep -qiE "^[[:space:]]*SET[[:space:]]+'?($ours)" "$SQL_FILE"; then
    fail "$SQL_FILE sets the name or the savepoint of the job: those are parameters"
  fi
  {
    printf "SET 'pipeline.name' = '%s';\n" "$PIPELINE_NAME"
    if [[ -n $savepoint ]]; then
      printf "SET 'execution.state-recovery.path' = '%s';\n" "$(quoted "$savepoint")"
    fi
    rendered
  } >"$WORK/job.sql"
}

# One line a job of our name: id, state, and how many tasks there are, run and have finished.
jobs_now() {
  local overview
  overview=$(rest /jobs/overview) || return 1
  printf '%s\n' "$overview" | sed 's/{"jid"/\n&/g' | { grep -F "\"name\":\"$PIPELINE_NAME\"" || true; } |
    while read -r job; do
      printf '%s %s %s %s %s\n' "$(field jid "$job")" "$(field state "$job")" \
        "$(field total "$job")" "$(field running "$job")" "$(field finished "$job")"
    done
}

field() { # name, JSON of one job
  printf '%s\n' "$2" | sed -nE "s/.*\"$1\":\"?([A-Za-z0-9]+).*/\1/p"
}

alive() {
  jobs_now | { grep -vE ' (FINISHED|CANCELED|FAILED) ' || true; }
}

await_rest() {
  local deadline=$((SECONDS + ${REST_SECONDS:-300}))
  until rest /overview >/dev/null 2>&1; do
    ((SECONDS < deadline)) || fail "$REST_URL did not answer for ${REST_SECONDS:-300} seconds"
    sleep "${POLL_SECONDS:-2}"
  done
}

why() { # job id: what it died of, if the JobManager knows
  { rest "/jobs/$1/exceptions?maxExceptions=1" 2>/dev/null || true; } |
    sed -nE 's/.*"root-exception":"(([^"\\]|\\.){0,1500}).*/\1/p' | sed 's/\\n\\tat /\n  at /g' |
    head -n 12 | redacted
}

await_running() { # job id
  local deadline=$((SECONDS + ${RUNNING_SECONDS:-600})) now=unknown state total running finished
  while ((SECONDS < deadline)); do
    while read -r _ state total running finished; do
      now=$state
      case $now in
        RUNNING)
          if ((total > 0 && running + finished == total)); then
            say "job $1 is RUNNING with $running tasks"
            return
          fi
          ;;
        FINISHED)
          say "job $1 has FINISHED: its sources have an end"
          return
          ;;
        FAILED | CANCELED) fail "job $1 is $now: $(why "$1")" ;;
      esac
    done < <(jobs_now | grep "^$1 " || true)
    sleep "${POLL_SECONDS:-2}"
  done
  fail "job $1 is $now and not all of its tasks run after ${RUNNING_SECONDS:-600} seconds: $(why "$1")"
}

# What the SQL client says, a line where it changes its colour: an error stands in the middle of the
# statement that it repeats.
output() {
  sed 's/\x1b\[[0-9;]*m/\n/g' "$WORK/output"
}

# Its errors alone: it repeats every statement that it reads, and one of them holds the password.
errors() {
  { output | sed -n '/^\[ERROR\]/,/^$/p' | grep .; } ||
    { output | grep -E 'Exception|Caused by'; } || say "it says nothing"
}

submit() {
  local ids id
  trap 'rm -f "$WORK/job.sql" "$WORK/output" "$WORK/history"' EXIT
  write_sql
  say "submitting $SQL_FILE as '$PIPELINE_NAME'${savepoint:+ from $savepoint}"
  # Its exit code is 0 also after an error.
  if ! timeout "${SUBMIT_SECONDS:-600}" sql-client.sh -hist "$WORK/history" -f "$WORK/job.sql" \
    >"$WORK/output" 2>&1 </dev/null || output | grep -q '^\[ERROR\]'; then
    errors | head -n 40 | redacted >&2
    fail "the SQL client refused $SQL_FILE: see above"
  fi
  ids=$(output | grep -oE '^Job ID: [0-9a-f]{32}' | cut -d' ' -f3) || true
  [[ -n $ids ]] || fail "$SQL_FILE started no job: it needs an INSERT"
  for id in $ids; do
    await_running "$id"
  done
}

# Stops the job with a savepoint. The log is where the path is found afterwards.
suspend() { # job id, state
  local answer trigger deadline=$((SECONDS + ${SAVEPOINT_SECONDS:-900}))
  [[ $2 == RUNNING ]] || fail "job $1 is $2: a savepoint needs a job that is RUNNING"
  answer=$(rest "/jobs/$1/stop" -X POST -H 'Content-Type: application/json' -d '{"drain":false}') ||
    fail "the JobManager does not stop job $1"
  trigger=$(field request-id "$answer")
  [[ -n $trigger ]] || fail "the JobManager answered: $answer"
  while ((SECONDS < deadline)); do
    answer=$(rest "/jobs/$1/savepoints/$trigger") || answer=
    if [[ $answer == *'"failure-cause"'* ]]; then
      fail "no savepoint of job $1: $(printf '%s' "${answer:0:2000}" | redacted)"
    elif [[ $answer == *'"location":"'* ]]; then
      answer=${answer#*'"location":"'}
      say "job $1 is stopped; its savepoint: ${answer%%'"'*}"
      return
    fi
    sleep "${POLL_SECONDS:-2}"
  done
  fail "no savepoint of job $1 after ${SAVEPOINT_SECONDS:-900} seconds"
}

[[ $PIPELINE_NAME =~ ^[A-Za-z0-9._-]+$ ]] || fail "PIPELINE_NAME may hold letters, digits, . _ and -"
[[ $state == running || $state == suspended ]] || fail "PIPELINE_STATE is running or suspended, not '$state'"
[[ -r $SQL_FILE ]] || fail "$SQL_FILE is missing"

await_rest
found=$(alive) || fail "$REST_URL/jobs/overview does not answer"
if [[ $found == *$'\n'* ]]; then
  fail "several jobs are named '$PIPELINE_NAME', stop all but one: $(printf '%s\n' "$found" | cut -d' ' -f1 | tr '\n' ' ')"
fi
read -r id now _ <<<"$found" || true
case $state/${id:+there} in
  running/there)
    say "'$PIPELINE_NAME' is there as job $id ($now): nothing to submit"
    await_running "$id"
    ;;
  running/) submit ;;
  suspended/there) suspend "$id" "$now" ;;
  suspended/) say "'$PIPELINE_NAME' is not running: nothing to stop" ;;
esac
