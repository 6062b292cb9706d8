# countersign: the whole build. `make demo` and `make check` do their own set-up on a fresh Debian 12.
#
# A room's list is its table of contents in reading order: a file includes only headers of files above it.

MAILFLOW = text division identifier finding value charset document catalog reading fieldrule form blank phrase vocabulary field verdict confirmation wording quote markup own encoding header part attachment token origin bounce automatic kind message packet facts change \
           procedure request plan mind notice receipt render compose affair tell announce rule guard effect workflow submit decide intake
DAEMON   = clock log query store records outbox audit mailbox_kind transport imaptext imapwire imapsession imap maildir mailbox directory_session directory directory_apply smtp \
           config role sandbox outage site round parser desk courier child parent

CC       ?= cc
SAN      ?=
OUT      := $(if $(SAN),build-san,build)
PACKAGES  = glib-2.0 gio-2.0 gmime-3.0 libxml-2.0 libxslt libexslt sqlite3 ldap libcurl libseccomp libsystemd json-glib-1.0
WARNINGS  = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wformat=2 -Wvla -Wundef -Werror
SANITISE  = $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
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

mailflow_objects = $(patsubst %,$(OUT)/mailflow/%.o,$(filter $(basename $(notdir $(wildcard mailflow/*.c))),$(MAILFLOW)))
daemon_objects   = $(patsubst %,$(OUT)/daemon/%.o,$(filter $(basename $(notdir $(wildcard daemon/*.c))),$(DAEMON)))

names = $(OUT)/include/ldap-schema/names.h

$(names): ldap-schema/names.awk ldap-schema/10-schema.ldif
	@mkdir -p $(dir $@)
	LC_ALL=C awk -f $^ > $@.new && mv $@.new $@

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
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/libmailflow.a: $(mailflow_objects)
	@rm -f $@
	ar rcs $@ $^

$(OUT)/libdaemon.a: $(daemon_objects)
	@rm -f $@
	ar rcs $@ $^

$(OUT)/unit/test_daemon_%: tests/unit/test_daemon_%.c $(OUT)/libdaemon.a $(OUT)/libmailflow.a | $(names)
	@mkdir -p $(dir $@)
	$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(OUT)/libdaemon.a $(OUT)/libmailflow.a $(LIBS) -lcmocka

$(OUT)/unit/test_%: tests/unit/test_%.c $(OUT)/libmailflow.a | $(names)
	@mkdir -p $(dir $@)
	$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(OUT)/libmailflow.a $(LIBS) -lcmocka

# One piece of the daemon in the hands of an end-to-end test.
$(OUT)/e2e/driver_%: tests/e2e/driver_%.c $(OUT)/libdaemon.a $(OUT)/libmailflow.a | $(names)
	@mkdir -p $(dir $@)
	$(CC) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(OUT)/libdaemon.a $(OUT)/libmailflow.a $(LIBS)

# A world of real servers to try it in; everything about it stands in DIR/world.env afterwards.
DIR ?= world
world: $(OUT)/countersignd $(OUT)/countersign
	@/usr/bin/python3 tests/world/world.py start $(WORLD_OPTIONS) '$(DIR)'
world-stop:
	@/usr/bin/python3 tests/world/world.py stop '$(DIR)'

# The story it is for, told as it happens.
demo: $(OUT)/countersignd $(OUT)/countersign
	@/usr/bin/python3 tests/demo/demo.py

# How fast N registrations go from submission to active account, and what the same work costs without us.
N ?= 500
bench: $(OUT)/countersignd
	@/usr/bin/python3 tests/bench/bench.py $(N)
	@/usr/bin/python3 tests/bench/bench.py $(N) --sink

.PHONY: world world-stop demo bench

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
