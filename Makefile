# socklings: GNU make and pkg-config; everything that is made goes to build/.
#
#   make            build/socklings and build/libsocklings.a
#   make run        the same, then the prompt; installs what is missing (ARGS="check 5": one command)
#   make test       all tests; installs what is missing. T=unit/test_file: only what is named so
#   make deps       only installs what is missing, also for lint and fuzz
#   make install    PREFIX (/usr/local), DESTDIR
#   make bench      how long build, scene and check take
#   make soak       every verdict of every lab, many times, on an overloaded machine
#   make fuzz       FUZZ_SECONDS (60) for each fuzz target
#   make lint       clang-format, clang-tidy, cppcheck, shellcheck
#   make clean
#
# V=1 shows the commands, CI=true makes warnings errors.

BUILD      ?= build
PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
DATADIR    ?= $(PREFIX)/share/socklings
MANDIR     ?= $(PREFIX)/share/man
SYSCONFDIR ?= /etc
VERSION     = 0.1.0

ifeq ($(origin CC),default)
CC := $(shell command -v gcc || command -v clang || echo cc)
endif
CFLAGS  ?= -O2 -g
HARDEN   = -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
LDHARDEN = -pie -Wl,-z,relro,-z,now
WARN     = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes -Wvla -Wformat=2
ifneq ($(filter true 1 yes,$(CI)),)
WARN += -Werror
endif

# These are right from the start, or empty and never used: the targets that install things do their
# work in a make of their own, which reads this again.
PKGS       := libcjson libseccomp libdw libelf libcmark libmnl nettle libutf8proc readline
LATE_PKGS  := libpcap libarchive
# What the linker would have noted down of those that are loaded when they are needed (runner/base/late.h).
soname      = $(or $(shell readelf -d "$$($(CC) -print-file-name=lib$(1).so)" 2>/dev/null | \
                sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'),lib$(1).so)
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) $(LATE_PKGS) 2>/dev/null) \
              -DSOCKLINGS_LIBPCAP=$(call soname,pcap) -DSOCKLINGS_LIBARCHIVE=$(call soname,archive)
LINK_LIBS  := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm
# Tests use the late ones themselves.
PKG_LIBS   := $(LINK_LIBS) $(shell pkg-config --libs $(LATE_PKGS) 2>/dev/null)

RUNNER_CC = $(CC) -std=c11 -D_GNU_SOURCE $(CFLAGS) $(HARDEN) -fPIE $(WARN) -Irunner -Ilib $(PKG_CFLAGS)
LIB_CC    = $(CC) -std=c11 -D_POSIX_C_SOURCE=200809L $(LIB_CFLAGS) $(HARDEN) -fPIE $(WARN) -Ilib
# The library that learners' programs are linked with is never sanitized itself, the one under test is.
LIB_CFLAGS ?= $(CFLAGS)
TESTED_CC = $(LIB_CC) $(CFLAGS)
TEST_CC   = $(RUNNER_CC) -Itests/unit
LINK      = $(CC) $(CFLAGS) $(LDHARDEN)

RUNNER_SRC := $(wildcard runner/*/*.c)
LIB_SRC    := $(wildcard lib/*.c)
TEST_SRC   := $(wildcard tests/*/test_*.c)
BENCH_SRC  := $(wildcard tests/bench/*.c)
TOOL_SRC   := $(wildcard tests/cli/*.c)
FUZZ_SRC   := $(wildcard tests/fuzz/fuzz_*.c)
# The data floors and the pure functions: what is fed with foreign bytes.
FUZZED_SRC := $(foreach room,base timeline catalog build rules judge report gradebook,$(wildcard runner/$(room)/*.c)) \
              $(wildcard runner/net/switch*.c) runner/net/stamps.c runner/net/dns.c \
              $(wildcard runner/grade/journal*.c runner/grade/policy*.c runner/grade/class*.c) runner/grade/dates.c \
              $(wildcard runner/grade/intake*.c) runner/grade/submission.c

RUNNER_OBJ := $(RUNNER_SRC:%.c=$(BUILD)/obj/%.o)
LIB_OBJ    := $(LIB_SRC:%.c=$(BUILD)/obj/%.o)
TESTED_OBJ := $(LIB_SRC:%.c=$(BUILD)/obj/tested/%.o)
ROOMS_OBJ  := $(filter-out $(BUILD)/obj/runner/cli/main.o,$(RUNNER_OBJ))
TEST_BIN   := $(TEST_SRC:%.c=$(BUILD)/%)
BENCH_BIN  := $(BENCH_SRC:%.c=$(BUILD)/%)
TOOL_BIN   := $(TOOL_SRC:%.c=$(BUILD)/%)
FUZZ_BIN   := $(FUZZ_SRC:tests/fuzz/%.c=$(BUILD)/fuzz/%)
FUZZED_OBJ := $(FUZZED_SRC:%.c=$(BUILD)/fuzz/obj/%.o)

# `make run` on a machine with several cores should use them; a -j that was given is passed on anyway.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
AGAIN = $(MAKE) --no-print-directory $(if $(findstring --jobserver,$(MAKEFLAGS)),,-j$(JOBS))

ifeq ($(V),1)
Q =
SAY = @:
else
Q = @
SAY = @printf '%-5s %s\n'
endif

.DEFAULT_GOAL := all
.SECONDARY:
.DELETE_ON_ERROR:
.PHONY: all needed programs test-programs run test test-all deps install uninstall bench soak fuzz \
        fuzz-programs lint clean FORCE

all: needed
	$(Q)$(AGAIN) programs

needed:
	$(Q)BUILD=$(BUILD) tools/deps --check build

programs: $(BUILD)/socklings $(BUILD)/libsocklings.a

# --- compiling ---

# Changes when the commands do, so that other flags or another compiler build everything anew.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(RUNNER_CC)' '$(LIB_CC)' '$(LINK) $(LINK_LIBS)' >$@.new
	@cmp -s $@.new $@ && rm -f $@.new || mv -f $@.new $@

$(BUILD)/paths: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(VERSION) $(CURDIR) $(DATADIR)' >$@.new
	@cmp -s $@.new $@ && rm -f $@.new || mv -f $@.new $@

$(BUILD)/socklings: $(RUNNER_OBJ) $(BUILD)/libsocklings.a
	$(SAY) LINK $@
	$(Q)$(LINK) -o $@ $(RUNNER_OBJ) $(LINK_LIBS)

$(BUILD)/libsocklings.a: $(LIB_OBJ)
	$(SAY) AR $@
	$(Q)rm -f $@ && ar rcs $@ $(LIB_OBJ)

$(BUILD)/obj/runner/%.o: runner/%.c $(BUILD)/flags
	$(SAY) CC $<
	@mkdir -p $(@D)
	$(Q)$(RUNNER_CC) $(DEFS) -MMD -MP -c $< -o $@

# Where the data is: the tree it was built in, and where `make install` puts it.
PATHS = -DSOCKLINGS_SRCDIR='"$(CURDIR)"' -DSOCKLINGS_DATADIR='"$(DATADIR)"'
$(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard runner/cli/*.c)): $(BUILD)/paths
$(BUILD)/obj/runner/cli/%.o: private DEFS = -DSOCKLINGS_VERSION='"$(VERSION)"' $(PATHS)

$(BUILD)/obj/lib/%.o: lib/%.c $(BUILD)/flags
	$(SAY) CC $<
	@mkdir -p $(@D)
	$(Q)$(LIB_CC) -MMD -MP -c $< -o $@

$(BUILD)/obj/tested/lib/%.o: lib/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(TESTED_CC) -MMD -MP -c $< -o $@

# --- run ---

# Under make, Ctrl-C would reach make as well, and it would call the session a failure; so the
# prompt gets the terminal for itself (set -m), and one that was stopped with Ctrl-Z, which no
# shell could bring back from here, goes on.
run:
	@BUILD=$(BUILD) tools/deps build
	@$(AGAIN) programs
	@if [ -t 0 ]; then \
	    sh -mc '"$$@"; s=$$?; while [ $$s -ge 147 ] && [ $$s -le 150 ]; do fg >/dev/null; s=$$?; done; exit $$s' \
	        sh $(BUILD)/socklings $(ARGS); \
	else $(BUILD)/socklings $(ARGS); fi

deps:
	@BUILD=$(BUILD) tools/deps dev

# --- tests ---

# What does not compile is a failed test, and does not keep the others from running.
test:
	@BUILD=$(BUILD) tools/deps test
	@$(AGAIN) --keep-going test-all; BUILD=$(BUILD) BUILT=$$? tests/run -j $(JOBS) $(T)

# Every room but the command line's main, and lib/; a test takes what it uses.
$(BUILD)/tested.a: $(ROOMS_OBJ) $(TESTED_OBJ)
	$(SAY) AR $@
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/tests/%: tests/%.c $(BUILD)/tested.a
	$(SAY) TEST $@
	@mkdir -p $(@D)
	$(Q)$(TEST_CC) -MMD -MP $< -o $@ $(BUILD)/tested.a $(LDHARDEN) $(PKG_LIBS) -lcmocka

# Questions to our DNS are made, and answers read, by the C library's resolver.
$(BUILD)/tests/net/test_dns: private PKG_LIBS += -lresolv

$(TOOL_BIN): $(BUILD)/tests/%: tests/%.c $(BUILD)/flags
	$(SAY) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 $(CFLAGS) $(WARN) -MMD -MP $< -o $@ -lutil

test-programs: programs $(TEST_BIN) $(TOOL_BIN)

SANITIZE = -O1 -g -Wno-maybe-uninitialized -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

ifneq ($(filter test-all fuzz fuzz-programs,$(MAKECMDGOALS)),)
ASAN_WORKS := $(shell echo 'int main(void) { return 0; }' | \
    $(CC) -fsanitize=address,undefined -x c - -o /dev/null 2>/dev/null && echo yes)
FUZZ_CC    := $(shell echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
    clang -fsanitize=fuzzer,address,undefined -x c - -o /dev/null 2>/dev/null && echo clang)
endif

test-all: test-programs $(if $(ASAN_WORKS),asan-programs) fuzz-programs

.PHONY: asan-programs
asan-programs:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/asan CFLAGS='$(SANITIZE)' LIB_CFLAGS='-O2 -g' HARDEN= \
	    LDHARDEN=-pie test-programs

# --- fuzzing: libFuzzer where clang has it, else the corpus is replayed under the sanitizers ---

fuzz-programs: $(if $(FUZZ_CC)$(ASAN_WORKS),$(FUZZ_BIN))

FUZZ_FLAGS = $(if $(FUZZ_CC),-fsanitize=fuzzer-no-link$(comma)address$(comma)undefined,-fsanitize=address$(comma)undefined) \
             -fno-sanitize-recover=undefined
comma := ,

$(BUILD)/fuzz/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(or $(FUZZ_CC),$(CC)) $(FUZZ_FLAGS) $(WARN)' >$@.new
	@cmp -s $@.new $@ && rm -f $@.new || mv -f $@.new $@

$(BUILD)/fuzz/obj/%.o: %.c $(BUILD)/fuzz/flags
	@mkdir -p $(@D)
	$(SAY) FUZZ $<
	$(Q)$(or $(FUZZ_CC),$(CC)) -std=c11 -D_GNU_SOURCE -O1 -g $(FUZZ_FLAGS) $(WARN) -Irunner -Ilib $(PKG_CFLAGS) \
	    -MMD -MP -c $< -o $@

$(BUILD)/fuzz/fuzzed.a: $(FUZZED_OBJ)
	$(SAY) AR $@
	$(Q)rm -f $@ && ar rcs $@ $^

$(FUZZ_BIN): $(BUILD)/fuzz/%: $(BUILD)/fuzz/obj/tests/fuzz/%.o \
        $(if $(FUZZ_CC),,$(BUILD)/fuzz/obj/tests/fuzz/replay.o) $(BUILD)/fuzz/fuzzed.a
	$(SAY) LINK $@
	$(Q)$(or $(FUZZ_CC),$(CC)) $(if $(FUZZ_CC),-fsanitize=fuzzer$(comma)address$(comma)undefined,$(FUZZ_FLAGS)) \
	    -o $@ $^ $(PKG_LIBS)

FUZZ_SECONDS ?= 60
fuzz:
	@BUILD=$(BUILD) tools/deps dev
	@$(AGAIN) fuzz-programs
	@BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run.sh

# --- speed and steadiness ---

bench:
	@BUILD=$(BUILD) tools/deps build
	@$(AGAIN) programs $(BENCH_BIN)
	@BUILD=$(BUILD) tests/bench/run $(ARGS)

soak:
	@BUILD=$(BUILD) tools/deps test
	@$(AGAIN) programs $(BENCH_BIN)
	@BUILD=$(BUILD) tests/soak $(ARGS)

# --- lint ---

LINT_SRC := $(RUNNER_SRC) $(LIB_SRC)
C_FILES   = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.h' 2>/dev/null | grep -v /corpus/)
SH_FILES := tools/deps tests/run $(wildcard tests/soak tests/*/run .ci/run tests/*/*.sh)

lint:
	@BUILD=$(BUILD) tools/deps dev
	clang-format --dry-run -Werror $(C_FILES)
	printf '%s\n' $(LINT_SRC) | xargs -P $(JOBS) -n 6 sh -c \
	    'clang-tidy --quiet "$$@" -- -std=c11 -D_GNU_SOURCE -Irunner -Ilib $(PKG_CFLAGS) 2>/dev/null' sh
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
	    --suppressions-list=.cppcheck -j $(JOBS) -Irunner -Ilib runner lib
	if command -v shellcheck >/dev/null; then shellcheck -x $(SH_FILES); fi

# --- install ---

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(DATADIR)/lib $(DESTDIR)$(MANDIR)/man1
	install -m 755 $(BUILD)/socklings $(DESTDIR)$(BINDIR)/socklings
	install -m 644 lib/*.h $(BUILD)/libsocklings.a $(DESTDIR)$(DATADIR)/lib/
	install -m 644 LICENSE runner/grade/class.sbatch $(DESTDIR)$(DATADIR)/
	rm -rf $(DESTDIR)$(DATADIR)/labs $(DESTDIR)$(DATADIR)/lessons
	find labs lessons -type f -exec install -D -m 644 '{}' '$(DESTDIR)$(DATADIR)/{}' ';'
	$(BUILD)/socklings help --man >$(BUILD)/socklings.1
	install -m 644 $(BUILD)/socklings.1 $(DESTDIR)$(MANDIR)/man1/socklings.1
	@# Ubuntu lets only programs with a profile make user namespaces.
	if [ -d $(DESTDIR)$(SYSCONFDIR)/apparmor.d/abi ]; then \
	    sed 's|@BINDIR@|$(BINDIR)|' tools/apparmor.in >$(BUILD)/apparmor && \
	    install -m 644 $(BUILD)/apparmor $(DESTDIR)$(SYSCONFDIR)/apparmor.d/socklings && \
	    if [ -z '$(DESTDIR)' ] && command -v apparmor_parser >/dev/null; then \
	        apparmor_parser -r $(SYSCONFDIR)/apparmor.d/socklings || true; fi; fi

uninstall:
	rm -rf $(DESTDIR)$(BINDIR)/socklings $(DESTDIR)$(DATADIR) $(DESTDIR)$(MANDIR)/man1/socklings.1 \
	    $(DESTDIR)$(SYSCONFDIR)/apparmor.d/socklings

clean:
	rm -rf $(BUILD)

-include $(RUNNER_OBJ:.o=.d) $(LIB_OBJ:.o=.d) $(TESTED_OBJ:.o=.d) $(TEST_BIN:=.d) $(TOOL_BIN:=.d) $(FUZZED_OBJ:.o=.d) $(BENCH_BIN:=.d)
