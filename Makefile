# socklings: build, run, test, install. Plain GNU make + pkg-config; everything goes to build/.

BUILD    ?= build
PREFIX   ?= /usr/local
CC       ?= gcc
PKGS      = libcjson libseccomp libdw libcmark libmnl libmd readline
WARN      = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes -Wvla -Wformat=2
CFLAGS   ?= -O2 -g
HARDEN    = -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

RUNNER_SRC := $(wildcard runner/*/*.c)
LIB_SRC    := $(wildcard lib/*.c)
RUNNER_OBJ := $(RUNNER_SRC:%.c=$(BUILD)/obj/%.o)
LIB_OBJ    := $(LIB_SRC:%.c=$(BUILD)/obj/%.o)
UNIT_SRC   := $(wildcard tests/unit/test_*.c)
UNIT_BIN   := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/unit/%)

all: $(BUILD)/socklings

$(BUILD)/socklings: $(RUNNER_OBJ) $(BUILD)/libsocklings.a
	$(CC) $(CFLAGS) -pie -Wl,-z,relro,-z,now -o $@ $(RUNNER_OBJ) $(PKG_LIBS)

$(BUILD)/libsocklings.a: $(LIB_OBJ)
	rm -f $@ && ar rcs $@ $(LIB_OBJ)

$(BUILD)/obj/runner/%.o: runner/%.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(CFLAGS) $(HARDEN) $(WARN) -Irunner -Ilib $(PKG_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/obj/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_POSIX_C_SOURCE=200809L $(CFLAGS) $(HARDEN) $(WARN) -Ilib -MMD -MP -c $< -o $@

# Unit tests: cmocka programs, linked with every room but the command line's main.
$(BUILD)/tests/unit/%: tests/unit/%.c $(filter-out $(BUILD)/obj/runner/cli/main.o,$(RUNNER_OBJ)) $(BUILD)/libsocklings.a
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(CFLAGS) $(WARN) -Irunner -Ilib $(PKG_CFLAGS) -MMD -MP -o $@ $< \
	  $(filter-out $(BUILD)/obj/runner/cli/main.o,$(RUNNER_OBJ)) $(BUILD)/libsocklings.a $(PKG_LIBS) -lcmocka

unit: $(UNIT_BIN)
	@for t in $(UNIT_BIN); do $$t || exit 1; done

clean:
	rm -rf $(BUILD)

.PHONY: all unit clean
-include $(RUNNER_OBJ:.o=.d) $(LIB_OBJ:.o=.d) $(UNIT_BIN:=.d)
