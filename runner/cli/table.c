/*
 * cli/table - every command, once. Parsing, help, completion, suggestions and the manual page read
 * it.
 */
#include "cli/handlers.h"

#define LAB_ARG                  \
    {                            \
        "N", COMPLETE_LAB, false \
    }
#define LAB_NEEDED              \
    {                           \
        "N", COMPLETE_LAB, true \
    }
#define JSON_OPTION(help)                   \
    {                                       \
        "--json", NULL, COMPLETE_NONE, help \
    }

const struct command commands[] = {
    {.name = "list",
     .alias = "ls",
     .options = {JSON_OPTION("print one JSON document instead")},
     .summary = "the labs by part, with what is done",
     .details = "Shows every lab with its number, its state and how many of its steps pass.",
     .needs = NEEDS_CATALOG | NEEDS_WORKSPACE,
     .run = cmd_list},
    {.name = "start",
     .args = {LAB_NEEDED},
     .summary = "begin a lab: its files come into your workspace",
     .details = "Puts the lab's starter into the workspace and says where it is and what to do "
                "first. A file that is there already is kept as it is.\n\n"
                "N is a lab's number, its name or both: 5, udp_echo, 05_udp_echo.",
     .needs = NEEDS_CATALOG | NEEDS_WORKSPACE,
     .run = cmd_start},
    {.name = "next",
     .summary = "begin the next lab that is not done",
     .details = "The same as start with the number of the next lab that does not pass yet.",
     .needs = NEEDS_CATALOG | NEEDS_WORKSPACE,
     .run = cmd_next},
    {.name = "lesson",
     .args = {LAB_ARG, {"SECTION", COMPLETE_SECTION, false}},
     .summary = "read the lab's lesson",
     .details = "Shows the lesson, a page at a time when it is longer than the terminal ($PAGER, "
                "else less). Without N: that of the lab you work on. SECTION is the name that a "
                "verdict tells: \"lesson 5 bind\".",
     .needs = NEEDS_CATALOG | NEEDS_WORKSPACE,
     .run = cmd_lesson},
    {.name = "check",
     .args = {LAB_ARG},
     .options = {{"--src", "DIR", COMPLETE_DIR,
                  "check the files of another folder, named as in the starter"},
                 JSON_OPTION("print the verdict as one JSON document"),
                 {"--seed", "NUMBER", COMPLETE_NONE, "repeat a check with the seed it told"},
                 {"--hidden", "DIR", COMPLETE_DIR,
                  "for instructors: with the further steps that \"grade\" was given"}},
     .summary = "build your program, run it, and tell what it does right and wrong",
     .details =
         "Compiles your program, runs it in a private network against the lab's peers and watches "
         "its socket calls. Stops at the first step that fails and explains why: what "
         "was expected, what came, and which line of yours it was.\n\n"
         "Exit status: 0 when every step passes, 1 when one fails, 2 for a wrong command line, "
         "3 when socklings itself failed, which is never your program's fault.",
     .needs = NEEDS_CATALOG | NEEDS_WORKSPACE | NEEDS_LOOP,
     .run = cmd_check},
    {.name = "hint",
     .args = {LAB_ARG},
     .summary = "a hint for the step that fails; each time a clearer one",
     .details = "Shows the next hint of the first step that does not pass yet. The first is a "
                "nudge, the last is nearly the code. Which ones you have seen is remembered.",
     .needs = NEEDS_CATALOG | NEEDS_WORKSPACE,
     .run = cmd_hint},
    {.name = "run",
     .args = {LAB_ARG, {"ROLE", COMPLETE_ROLE, false}},
     .options = {{"--solution", NULL, COMPLETE_NONE,
                  "the lab's own solution instead of your program"},
                 {"--hosts", "[NAMES]", COMPLETE_NONE,
                  "all programs, on hosts of their own: alice,bob"}},
     .rest = "ARGS",
     .summary = "launch a program of the lab for real, to try it by hand",
     .details =
         "Compiles and launches the program on this machine's own network, without a verdict. "
         "Ctrl-C goes to the program. ROLE says which, where a lab has several; ARGS are its "
         "arguments (without them, the lab's example).\n\n"
         "With --hosts all the lab's programs are launched, each on a machine of its own in a "
         "private network, where names such as alice and bob are known; what they print stands "
         "behind their host's name, and lines such as \"bob$ COMMAND\" and \"bob> TEXT\" run and "
         "type there. \"?\" tells more.",
     .needs = NEEDS_CATALOG | NEEDS_WORKSPACE | NEEDS_LOOP,
     .run = cmd_run},
    {.name = "trace",
     .args = {LAB_ARG},
     .options = {{"--svg", "FILE", COMPLETE_NONE, "write the picture as SVG"},
                 {"--html", "FILE", COMPLETE_NONE, "write it as a page that explains each line"},
                 {"--pcap", "FILE", COMPLETE_NONE, "write the packets, for Wireshark and tcpdump"},
                 {"--json", "[FILE]", COMPLETE_NONE, "write all events, one JSON object a line"},
                 {"--calls", NULL, COMPLETE_NONE, "show calls (and what else is named)"},
                 {"--packets", NULL, COMPLETE_NONE, "show packets"},
                 {"--states", NULL, COMPLETE_NONE, "show the states of sockets"},
                 {"--bytes", NULL, COMPLETE_NONE, "show the bytes that were carried, too"},
                 {"--width", "COLUMNS", COMPLETE_NONE, "draw the picture as wide as that"},
                 {"--peer", "COMMAND", COMPLETE_NONE,
                  "another program, started when the ones before wait; may be repeated", true},
                 {"--hosts", "NAMES", COMPLETE_NONE, "on a LAN of these hosts: alice,bob"},
                 {"--wire", "RULE", COMPLETE_NONE,
                  "what the wire between them does: 'drop tcp syn 1'; may be repeated", true},
                 {"--seed", "N", COMPLETE_NONE, "of what rules leave to chance"},
                 {"--fault", "RULE", COMPLETE_NONE,
                  "what is done to a call: 'recv EINTR', 'send shorten 10 2-4'; may be repeated",
                  true}},
     .rest = "CMD",
     .summary = "a picture of what was called, sent and received",
     .details =
         "With a lab: the last scene of your last check of it. With a file whose name ends in "
         "\".jsonl\": that recording, as \"grade\" and --json write them. With a program after "
         "\"--\", of any "
         "language: runs it in a private network and records it until it ends or Ctrl-C stops it; "
         "--peer 'CMD ARGS' runs another one beside it, to talk to.\n\n"
         "--hosts alice,bob gives each name a machine of its own, 10.0.0.1 and so on, joined by a "
         "wire. The program runs on the first, each --peer on the next; --peer 'bob: CMD' says "
         "where. More than names: alice=10.0.0.1/24, gate=10.0.0.254/24+10.0.1.254/24 (a router), "
         "+fd00::1/64 for IPv6. --wire gives the wire a rule: drop, delay 80ms, duplicate, "
         "reorder, hold, corrupt or limit 1mbit; then which frames: from alice, to bob, arp, "
         "icmp, udp, tcp, syn, syn-ack, ack, fin, rst, data, port 7000, containing \"text\"; then "
         "how many of them: 1, 2-4, 3+, every 2, 30%.\n\n"
         "The picture shows what each program called, the packets between them and the states of "
         "the kernel's sockets, from top to bottom as time went by.\n\n"
         "--fault 'recv EINTR' makes the program's first recv() fail so; 'send shorten 10 2-4' "
         "cuts "
         "its second to fourth send() down to 10 bytes; 'peer: accept EMFILE' is for the peer.\n\n"
         "Without --calls, --packets or --states all is shown. --json without FILE prints to "
         "standard output; what the program prints goes to standard error then.",
     .needs = NEEDS_CATALOG | NEEDS_WORKSPACE | NEEDS_LOOP,
     .run = cmd_trace},
    {.name = "quiz",
     .args = {LAB_ARG},
     .summary = "the lab's questions, each answer explained",
     .details = "Answer with the letter of a choice. Ctrl-D leaves the quiz. Some questions ask to "
                "predict the next line of a program; it is run then, and shows it.",
     .needs = NEEDS_CATALOG | NEEDS_WORKSPACE | NEEDS_LOOP,
     .run = cmd_quiz},
    {.name = "solution",
     .args = {LAB_ARG},
     .options = {{"--give-up", NULL, COMPLETE_NONE, "show it although the lab does not pass yet"}},
     .summary = "one good solution, after you have passed",
     .details = "Shows the source of the lab's solution. Before the lab passes it is shown with "
                "--give-up only, and progress remembers that.",
     .needs = NEEDS_CATALOG | NEEDS_WORKSPACE,
     .run = cmd_solution},
    {.name = "reset",
     .args = {LAB_ARG},
     .summary = "the starter again; your file is kept as a numbered backup",
     .details =
         "Puts the lab's starter back. Every file of yours that differs is kept beside it as "
         "FILE.1, FILE.2 and so on.",
     .needs = NEEDS_CATALOG | NEEDS_WORKSPACE,
     .run = cmd_reset},
    {.name = "progress",
     .options = {JSON_OPTION("print one JSON document instead")},
     .summary = "what is done, by part: steps, checks, hints, time",
     .needs = NEEDS_CATALOG | NEEDS_WORKSPACE,
     .run = cmd_progress},
    {.name = "grade",
     .args = {{"DIR", COMPLETE_DIR, true}},
     .many = true,
     .options =
         {{"--lab", "N", COMPLETE_LAB, "only this lab; may be repeated (default: all)", true},
          {"--out", "DIR", COMPLETE_DIR, "where the results go (default: grades)"},
          {"--format", "LIST", COMPLETE_NONE,
           "of text,html,csv,junit,gradescope: the reports to write (default: all)"},
          {"--policy", "FILE", COMPLETE_NONE, "weights, due times, late rules, attempts (JSON)"},
          {"--hidden", "DIR", COMPLETE_DIR, "labs with further steps that students do not see"},
          {"--jobs", "J", COMPLETE_NONE,
           "so many submissions at once (default: the processors there are)"},
          {"--only", "STUDENT", COMPLETE_NONE, "only this student; may be repeated", true},
          {"--since", "TIME", COMPLETE_NONE,
           "only what was handed in after it: 2026-11-20T18:00+01:00, or 2d: in the "
           "last two days"},
          {"--seed", "NUMBER", COMPLETE_NONE,
           "of the whole class (default: that of DIR, or drawn)"},
          {"--shard", "I/N", COMPLETE_NONE, "only the I-th of N parts of the class, for \"merge\""},
          {"--repeat", "N", COMPLETE_NONE,
           "judge each submission N times, and tell whose verdict is not always the same"},
          {"--fresh", NULL, COMPLETE_NONE, "judge again what has not changed since the last time"},
          {"--watch", NULL, COMPLETE_NONE, "go on with what is handed in, until Ctrl-C"},
          JSON_OPTION("print a summary as one JSON document")},
     .summary = "a whole class: marks, and feedback for everyone",
     .details =
         "DIR holds what a class has handed in: a folder for each student, or files and archives "
         "as Moodle, Canvas, Gradescope or GitHub Classroom export them. Every submission is "
         "checked as \"check\" does it at home, by several workers at once, each program and "
         "compiler shut in. The results go to the folder \"grades\": class.html, results.csv, "
         "junit.xml, gradescope/, and a page for each student and lab.\n\n"
         "What was judged is remembered: the same command goes on after an interruption, and "
         "judges again only what has changed. Each mark can be had again by the command that its "
         "result tells, run in the folder of the results.\n\n"
         "Exit status: 0 when everything was judged, however it went; 2 for a wrong command line; "
         "3 when the run was stopped, or socklings itself failed at something.",
     .needs = NEEDS_CATALOG | NEEDS_LOOP,
     .run = cmd_grade},
    {.name = "merge",
     .args = {{"DIR", COMPLETE_DIR, true}},
     .many = true,
     .options = {{"--out", "DIR", COMPLETE_DIR, "where the results go (default: merged)"},
                 {"--format", "LIST", COMPLETE_NONE,
                  "of text,html,csv,junit,gradescope: the reports to write (default: all)"},
                 {"--policy", "FILE", COMPLETE_NONE,
                  "weights, due times, late rules, attempts (JSON)"},
                 {"--hidden", "DIR", COMPLETE_DIR, "the labs that \"grade\" was given"},
                 JSON_OPTION("print a summary as one JSON document")},
     .summary = "the results of several \"grade\" runs, as one",
     .details =
         "Each DIR is a folder that \"grade\" has written, for example one for each --shard. "
         "They become one folder with one set of reports. Of results of the same student, "
         "lab and attempt those of the folder named last count.",
     .needs = NEEDS_CATALOG,
     .run = cmd_merge},
    {.name = "verify",
     .args = {{"LAB", COMPLETE_LAB, false}},
     .options = {{"--repeat", "N", COMPLETE_NONE,
                  "judge everything N times (default 3); all must agree"},
                 JSON_OPTION("print one JSON document instead")},
     .summary = "for authors: prove that a lab does what it says",
     .details =
         "Lints the lab; then the starter must compile and fail at its first step with a "
         "line that helps, "
         "the solution must pass every step on a terminal and on pipes, with warnings as errors "
         "and "
         "under AddressSanitizer and UBSan, every mutant must be rejected and its mistake "
         "named, and what the lesson shows must be what the programs do. Without LAB: all labs.",
     .needs = NEEDS_LOOP,
     .run = cmd_verify},
    {.name = "lint",
     .args = {{"LAB", COMPLETE_LAB, false}},
     .options = {JSON_OPTION("print one JSON document instead")},
     .summary = "for authors: is the lab's description sound?",
     .details = "Loads lab.json, the lesson and the mutants and tells everything that is wrong, "
                "without running anything. Without LAB: all labs.",
     .run = cmd_lint},
    {.name = "doctor",
     .summary = "what works on this machine, and the fix for what does not",
     .details = "Tries everything socklings needs by doing it: namespaces, tracing, the compiler, "
                "the cache, the workspace.",
     .needs = NEEDS_LOOP,
     .run = cmd_doctor},
    {.name = "help",
     .alias = "?",
     .args = {{"COMMAND", COMPLETE_COMMAND, false}},
     .options = {{"--man", NULL, COMPLETE_NONE, "the manual page, as roff"}},
     .summary = "all commands, or one of them explained",
     .run = cmd_help},
    {.name = "version", .summary = "which socklings this is", .run = cmd_version},
    {.name = "quit", .alias = "exit", .summary = "leave the prompt (also Ctrl-D)", .run = cmd_quit},
    {.name = NULL},
};
