# countersign: the whole build. `make demo` and `make check` do their own set-up on a fresh Debian 12.
#
# A room's list is its table of contents in reading order: a file includes only headers of files above it.

MAILFLOW = limits text division identifier finding value charset document catalog reading fieldrule form blank phrase vocabulary wording signoff field archive verdict ballot instruction confirmation quote markup own encoding header part attachment picture certificate ocsp trust signature cover token origin idiom machine evidence automatic bounce kind message packet facts change \
           procedure rulerow rulebook request plan calendar demand mind element proof notice receipt render compose affair question update choice rule_change rule_people rule tell_rows tell_way tell announce docket guard effect_change effect workflow settle reissue absence surrender consent successor submit wish objection decision delegation undo tally draft decide intake table rollcolumn roll
DAEMON   = clock log query store records outbox audit mailbox_kind transport imaptext imapwire imapsession imap maildir mailbox directory_session directory directory_apply directory_look changes smtp errands \
           config role sandbox outage responder recall site round parser desk courier child parent sheet transcript command read explain paper view entry load check

CC       ?= cc
SAN      ?=
FUZZ     ?=
OUT      := $(if $(FUZZ),build-fuzz,build$(if $(filter clang%,$(notdir $(CC))),-clang)$(if $(SAN),-san))
PACKAGES  = glib-2.0 gio-2.0 gmime-3.0 libxml-2.0 libxslt libexslt sqlite3 ldap libcurl libseccomp libsystemd json-glib-1.0 libcrypto
WARNINGS  = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wformat=2 -Wvla -Wundef -Werror
SANITISE  = $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer) \
            $(if $(FUZZ),-fsanitize=fuzzer-no-link)
comma    := ,
CFLAGS   ?= -O2 -g
ALL_CFLAGS = -std=gnu17 $(WARNINGS) $(CFLAGS) $(SANITISE) -D_FORTIFY_SOURCE=2 -fstack-protector-strong -D_GNU_SOURCE \
             -I. -I$(OUT)/include $(package_cflags)
LIBS      = $(package_libs) -lm

# Asked once, and only when something is compiled: on a fresh machine pkg-config comes with `make deps`.
package_cflags = $(eval package_cflags := $(shell pkg-config --cflags $(PACKAGES)))$(package_cflags)
package_libs   = $(eval package_libs := $(shell pkg-config --libs $(PACKAGES)))$(package_libs)

PREFIX     ?= /usr/local
DATADIR    ?= $(PREFIX)/share/countersign
SYSCONFDIR ?= $(if $(filter /usr /usr/local,$(PREFIX)),/etc,$(PREFIX)/etc)/countersign

# Debian 12's packages: to build, and what only tests, demo and benchmark need.
BUILD_PACKAGES = gcc make git pkg-config libglib2.0-dev libgmime-3.0-dev libxml2-dev libxslt1-dev libsqlite3-dev libldap-dev libcurl4-openssl-dev \
                 libseccomp-dev libsystemd-dev libjson-glib-dev libssl-dev
TEST_PACKAGES  = clang clang-format libclang-rt-14-dev valgrind libcmocka-dev libxml2-utils xsltproc sqlite3 slapd slapd-contrib ldap-utils \
                 dovecot-imapd dovecot-lmtpd postfix python3 python3-pytest python3-ldap python3-lxml python3-aiosmtpd swaks mandoc gpgsm openssl

# In the user's own language a program might say something else than what is waited for.
export LC_ALL = C.UTF-8

all: $(OUT)/countersignd $(OUT)/countersign compile_commands.json
.DEFAULT_GOAL = all

mailflow_objects = $(patsubst %,$(OUT)/mailflow/%.o,$(filter $(basename $(notdir $(wildcard mailflow/*.c))),$(MAILFLOW)))
daemon_objects   = $(patsubst %,$(OUT)/daemon/%.o,$(filter $(basename $(notdir $(wildcard daemon/*.c))),$(DAEMON)))

names = $(OUT)/include/ldap-schema/names.h

$(names): ldap-schema/names.awk ldap-schema/10-schema.ldif
	@mkdir -p $(dir $@)
	@LC_ALL=C awk -f $^ > $@.new && mv $@.new $@

# One word per step; V=1 shows the commands.
say = $(if $(V),,@echo '  $@';)

# Where things are installed; written anew only when it changed, so that only then it is compiled again.
paths = $(OUT)/include/paths.h

$(paths): always
	@mkdir -p $(dir $@)
	@printf '#define PATHS_DATA "%s"\n#define PATHS_CONFIGURATION "%s/countersign.conf"\n' '$(DATADIR)' '$(SYSCONFDIR)' > $@.$$$$ && \
	    { cmp -s $@.$$$$ $@ && rm $@.$$$$ || mv $@.$$$$ $@; }
always:
.PHONY: always

$(OUT)/%.o: %.c | $(names) $(paths)
	@mkdir -p $(dir $@)
	$(say)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/libmailflow.a: $(mailflow_objects)
	@rm -f $@
	$(say)ar rcs $@ $^

$(OUT)/libdaemon.a: $(daemon_objects)
	@rm -f $@
	$(say)ar rcs $@ $^

$(OUT)/countersignd $(OUT)/countersign: $(OUT)/%: $(OUT)/daemon/%.o $(OUT)/libdaemon.a $(OUT)/libmailflow.a
	$(say)$(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

$(OUT)/unit/test_daemon_%: tests/unit/test_daemon_%.c $(OUT)/libdaemon.a $(OUT)/libmailflow.a | $(names)
	@mkdir -p $(dir $@)
	$(say)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(OUT)/libdaemon.a $(OUT)/libmailflow.a $(LIBS) -lcmocka

$(OUT)/unit/test_%: tests/unit/test_%.c $(OUT)/libmailflow.a | $(names)
	@mkdir -p $(dir $@)
	$(say)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(OUT)/libmailflow.a $(LIBS) -lcmocka

# Scenarios of the workflow: the daemon's rounds on a world in memory.
scenario_objects = $(patsubst %.c,$(OUT)/%.o,$(filter-out tests/scenario/test_%,$(wildcard tests/scenario/*.c)))

$(OUT)/unit/test_%: tests/scenario/test_%.c $(scenario_objects) $(OUT)/libdaemon.a $(OUT)/libmailflow.a | $(names)
	@mkdir -p $(dir $@)
	$(say)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(scenario_objects) $(OUT)/libdaemon.a $(OUT)/libmailflow.a $(LIBS) -lcmocka

# One piece of the daemon in the hands of an end-to-end test.
$(OUT)/e2e/driver_%: tests/e2e/driver_%.c $(OUT)/libdaemon.a $(OUT)/libmailflow.a | $(names)
	@mkdir -p $(dir $@)
	$(say)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(OUT)/libdaemon.a $(OUT)/libmailflow.a $(LIBS)

# One message read with nothing around it, to be measured.
$(OUT)/bench/%: tests/bench/%.c $(OUT)/libmailflow.a | $(names)
	@mkdir -p $(dir $@)
	$(say)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(OUT)/libmailflow.a $(LIBS)

unit_tests = $(patsubst tests/unit/%.c,$(OUT)/unit/%,$(wildcard tests/unit/test_*.c)) \
             $(patsubst tests/scenario/%.c,$(OUT)/unit/%,$(wildcard tests/scenario/test_*.c))
drivers    = $(patsubst tests/e2e/%.c,$(OUT)/e2e/%,$(wildcard tests/e2e/driver_*.c))
tests: $(unit_tests) $(drivers)
.SECONDARY:

# What reads strangers' bytes, for libFuzzer.
$(OUT)/fuzz_%: tests/fuzz/fuzz_%.c $(OUT)/libmailflow.a | $(names)
	$(say)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -MMD -MP -o $@ $< $(OUT)/libmailflow.a $(LIBS)

$(OUT)/seed_packets: tests/fuzz/seed_packets.c $(OUT)/libmailflow.a | $(names)
	$(say)$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(OUT)/libmailflow.a $(LIBS)

fuzzers: $(patsubst tests/fuzz/%.c,$(OUT)/%,$(wildcard tests/fuzz/*.c))

# What editors and analysers want to know.
sources = $(wildcard mailflow/*.c daemon/*.c tests/unit/*.c tests/scenario/*.c tests/e2e/*.c tests/fuzz/*.c tests/bench/*.c)
compile_commands.json: Makefile mailflow daemon tests/unit $(wildcard tests/e2e)
	@{ separator='['; for source in $(sources); do \
	    printf '%s\n{"directory": "%s", "file": "%s", "command": "%s"}' "$$separator" '$(CURDIR)' "$$source" \
	        '$(CC) $(strip $(ALL_CFLAGS)) -c -o $(OUT)/'"$${source%.c}.o $$source"; separator=','; \
	done; printf '\n]\n'; } > $@.new && mv $@.new $@

# Packages first, then a make of its own for the work: on a fresh machine this one could not ask pkg-config yet.
deps:
	@tests/deps $(BUILD_PACKAGES) $(TEST_PACKAGES)
build-deps:
	@tests/deps $(BUILD_PACKAGES)

jobs = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
ready = +@$(MAKE) --no-print-directory $(jobs)

# Everything that is checked; the last line is the sum.
check: deps
	$(ready) all tests
	@tests/run --out $(OUT)

lint: deps
	@tests/run lint

# The unit tests once more, watched by the compilers' sanitisers; and everything compiled by clang.
sanitize: deps
	$(ready) SAN=1 tests
	@ASAN_OPTIONS=detect_leaks=1 tests/run --out build-san unit
clang: deps
	$(ready) CC=clang all tests

# Every target for SECONDS, one after the other, or only TARGETS; not zero when anything was found.
SECONDS ?= 60
TARGETS ?=
fuzz: deps
	$(ready) CC=clang SAN=1 FUZZ=1 fuzzers
	@tests/fuzz/run --seconds $(SECONDS) $(TARGETS)

# A world of real servers to try it in; everything about it stands in DIR/world.env afterwards.
DIR ?= world
world: deps
	$(ready) all
	@/usr/bin/python3 tests/world/world.py start $(WORLD_OPTIONS) '$(DIR)'
world-stop:
	@/usr/bin/python3 tests/world/world.py stop '$(DIR)'

# The story it is for, told as it happens.
demo: deps
	$(ready) all
	@/usr/bin/python3 tests/demo/demo.py

# How fast N registrations go from submission to active account, and what the same work costs without us.
N ?= 500
bench: deps
	$(ready) all
	@/usr/bin/python3 tests/bench/bench.py $(N)
	@/usr/bin/python3 tests/bench/bench.py $(N) --sink
	@/usr/bin/python3 tests/bench/bench.py $(N) --sink --maildir

# How fast mail is read, and what the worst costs.
bench-read: deps
	$(ready) all $(OUT)/bench/read_message
	@tests/bench/read.py --out $(OUT)

# What a rename costs the directory, with ten certificates and with CERTIFICATES.
CERTIFICATES ?= 100000
bench-directory: deps
	$(ready) all
	@/usr/bin/python3 tests/bench/directory.py $(CERTIFICATES)

# SBINDIR and SYSCONFDIR as the unit has them are put in place of the ones it stands with.
SBINDIR ?= $(PREFIX)/sbin
BINDIR  ?= $(PREFIX)/bin
MANDIR  ?= $(PREFIX)/share/man
DOCDIR  ?= $(PREFIX)/share/doc/countersign
LIBDIR  ?= $(PREFIX)/lib
manuals = $(wildcard daemon/*.[1-8] mailflow/*.[1-8] templates/*.[1-8] templates/forms/*.[1-8] ldap-schema/*.[1-8] etc/*.[1-8])
# A text that names where things are installed, with this installation's names in it.
place = install -D -m $(3) /dev/null "$(2)" && \
        sed 's|/usr/local/share/doc/countersign|$(DOCDIR)|g; s|/usr/local/share/countersign|$(DATADIR)|g' "$(1)" > "$(2)"

install: all
	install -D -m 755 $(OUT)/countersignd '$(DESTDIR)$(SBINDIR)/countersignd'
	install -D -m 755 $(OUT)/countersign '$(DESTDIR)$(BINDIR)/countersign'
	@for file in $$(find templates ldap-schema -type f ! -name '*.[1-8]' ! -name '*.awk'); do \
	    install -D -m 644 "$$file" '$(DESTDIR)$(DATADIR)'/"$$file" || exit; done
	@for file in $(manuals); do $(call place,$$file,$(DESTDIR)$(MANDIR)/man$${file##*.}/$${file##*/},644) || exit; done
	@for file in $$(find etc/examples -type f); do $(call place,$$file,$(DESTDIR)$(DOCDIR)/$${file#etc/},644) || exit; done
	@$(call place,etc/countersign.conf,$(DESTDIR)$(DOCDIR)/examples/countersign.conf,644)
	@test -e '$(DESTDIR)$(SYSCONFDIR)/countersign.conf' || \
	    { $(call place,etc/countersign.conf,$(DESTDIR)$(SYSCONFDIR)/countersign.conf,640); }
	install -D -m 644 etc/countersign.sysusers '$(DESTDIR)$(LIBDIR)/sysusers.d/countersign.conf'
	install -D -m 644 etc/countersign.tmpfiles '$(DESTDIR)$(LIBDIR)/tmpfiles.d/countersign.conf'
	install -d '$(DESTDIR)$(LIBDIR)/systemd/system'
	sed 's|/usr/local/sbin/|$(SBINDIR)/|; s|/etc/countersign/|$(SYSCONFDIR)/|' etc/countersignd.service \
	    > '$(DESTDIR)$(LIBDIR)/systemd/system/countersignd.service'

clean:
	rm -rf build build-san build-clang build-clang-san build-fuzz compile_commands.json

.PHONY: all tests fuzzers deps build-deps check lint sanitize clang fuzz world world-stop demo bench bench-read bench-directory install clean

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
