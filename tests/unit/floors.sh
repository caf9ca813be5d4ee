#!/bin/sh
# The house has floors: a room includes only rooms on lower floors, rules, judge and the reports
# never see the living system, and lib/ knows nothing of runner/. TAP.

cd "$(dirname "$0")/../.." || exit 1

# Rooms on one line are neighbours, and do not include each other.
floors='
1 base
2 timeline catalog build
3 rules
4 net trace judge workspace
5 scene report
6 check gradebook
7 grade
8 cli
'

# Prints "FILE: why" for each include that is not allowed. Reads "FILE:LINE" lines of grep.
judge_includes() {
    awk -v floors="$floors" '
        BEGIN {
            lines = split(floors, line, "\n")
            for (i = 1; i <= lines; i++) {
                words = split(line[i], word, " ")
                for (j = 2; j <= words; j++) floor[word[j]] = word[1]
            }
        }
        {
            file = $0; sub(/:.*/, "", file)
            included = $0; sub(/^[^"]*"/, "", included); sub(/".*/, "", included)
            parts = split(file, part, "/")
            if (part[1] == "lib") {
                if (included ~ /\//) print file ": lib/ includes \"" included "\""
                next
            }
            room = part[2]
            from = included
            if (sub(/\/.*/, "", from) == 0) {
                print file ": \"" included "\" does not say which room it is in"
            } else if (!(room in floor)) {
                print file ": the room " room " stands on no floor"
            } else if (!(from in floor)) {
                print file ": \"" included "\" is of no room"
            } else if (from != room && floor[from] >= floor[room]) {
                print file ": " room " includes \"" included "\""
            } else if ((room ~ /^(rules|judge|report|gradebook)$/) &&
                       (from == "scene" || from == "net" || from == "trace")) {
                print file ": " room " looks at the living system: \"" included "\""
            }
        }'
}

includes() {
    grep -n '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$@" /dev/null
}

count=0
result() { # sentence, complaints
    count=$((count + 1))
    complaints=$2
    if [ -z "$complaints" ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        echo "$complaints" | sed 's/^/# /'
    fi
}

# The judge of includes is judged first.
wrong='runner/judge/a.c:1:#include "scene/scene.h"
runner/report/a.c:1:#include "trace/trace.h"
runner/base/a.c:1:#include "build/build.h"
runner/timeline/a.c:1:#include "catalog/lab.h"
runner/rules/a.c:1:#include "judge/verdict.h"
runner/trace/a.c:1:#include "scene/scene.h"
runner/scene/a.c:1:#include "check/check.h"
runner/check/a.c:1:#include "check.h"
runner/attic/a.c:1:#include "base/error.h"
runner/cli/a.c:1:#include "attic/a.h"
lib/a.c:1:#include "base/error.h"'
right='runner/scene/a.c:1:#include "trace/trace.h"
runner/judge/a.c:1:#  include "judge/rules.h"
runner/cli/a.c:1:#include "check/check.h"
lib/a.c:1:#include "net.h"'
missed=$((11 - $(echo "$wrong" | judge_includes | wc -l)))
[ $missed -eq 0 ] && missed=
result "includes that go up, sideways or nowhere are found" "$missed"
result "includes that go down are let pass" "$(echo "$right" | judge_includes)"

result "runner/ includes only rooms on lower floors" "$(includes runner/*/*.[ch] | judge_includes)"
result "lib/ knows nothing of runner/" "$(includes lib/*.[ch] | judge_includes)"
# One client of lab 15 is about splice(), which is Linux's own.
result "_GNU_SOURCE is asked for in runner/ only, and where lab 15 teaches splice()" \
    "$(grep -ln '_GNU_SOURCE' lib/*.[ch] labs/*/*/*.[ch] | grep -v '^labs/15_file_download/solution/file_client.c$')"
result "every header begins by saying what it is for" "$(
    for header in runner/*/*.h lib/*.h; do
        head -n 1 "$header" | grep -q '^/\*' || echo "$header"
    done
)"
echo "1..$count"
