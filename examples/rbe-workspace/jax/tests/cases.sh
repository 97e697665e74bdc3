# Sourced at the end of a test: runs its functions called case_*, those of this shard, and writes JUnit XML where Bazel
# asks for it. Source of the variables: Bazel's "Test encyclopedia".
[ -z "${TEST_SHARD_STATUS_FILE:-}" ] || : > "$TEST_SHARD_STATUS_FILE"

escaped() {
  printf '%s' "$1" | tr -d '\000-\010\013\014\016-\037' | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'
}

total=0 failures=0 number=0 body=''
for name in $(declare -F | sed -n 's/^declare -f case_//p'); do
  number=$((number + 1))
  [ $(((number - 1) % ${TEST_TOTAL_SHARDS:-1})) -eq "${TEST_SHARD_INDEX:-0}" ] || continue
  total=$((total + 1))
  started=$(date +%s%N)
  if output=$("case_$name" 2>&1); then
    failure=''
    echo "passed $name"
  else
    failures=$((failures + 1))
    failure="<failure message=\"$(escaped "$output")\"/>"
    echo "failed $name: $output"
  fi
  elapsed=$((($(date +%s%N) - started) / 1000000))
  seconds=$(printf '%d.%03d' $((elapsed / 1000)) $((elapsed % 1000)))
  body+="<testcase classname=\"${TEST_BINARY##*/}\" name=\"$name\" time=\"$seconds\">$failure</testcase>"
done
[ -z "${XML_OUTPUT_FILE:-}" ] || printf '%s' '<?xml version="1.0" encoding="UTF-8"?>' \
  "<testsuite name=\"${TEST_TARGET:-}\" tests=\"$total\" failures=\"$failures\">$body</testsuite>" > "$XML_OUTPUT_FILE"
[ "$failures" -eq 0 ]
