# How a sample is built. Its Makefile says NAME, SOURCES, and as needed PARTS (folders of the examples' common code), HERE
# (sources that samples share), INCLUDES and LIBRARIES. plug.h is looked for in PLUG.
SAMPLES := $(dir $(lastword $(MAKEFILE_LIST)))
ROOT ?= $(SAMPLES)../..
PLUG ?= $(ROOT)/Sources/CPlug
SHARED ?= $(ROOT)/examples/common
BUILD ?= build
CFLAGS ?= -O2 -g
LDFLAGS ?= -Wl,-z,relro -Wl,-z,now -Wl,-z,defs

FLAGS = -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fPIC -fvisibility=hidden -pthread -shared \
  -DDESCRIPTION='"$(BUILD)/describe.json"' -I$(PLUG) -I$(SHARED) $(PARTS:%=-I$(SHARED)/%) -I$(SAMPLES)common $(INCLUDES) \
  -Wl,--version-script=$(SHARED)/exports.map
ALL = $(SOURCES) $(HERE:%=$(SAMPLES)common/%) $(wildcard $(SHARED)/*.c $(PARTS:%=$(SHARED)/%/*.c))
HEADERS = $(wildcard *.h $(SAMPLES)common/*.h $(SHARED)/*.h $(SHARED)/*/*.h $(PLUG)/plug.h)

$(BUILD)/$(NAME).so: $(ALL) $(HEADERS) $(BUILD)/describe.json Makefile $(SAMPLES)plugin.mk
	$(CC) $(FLAGS) $(CPPFLAGS) $(CFLAGS) -o $@.new $(ALL) $(LDFLAGS) $(LIBRARIES)
	mv $@.new $@

# The schema of the configuration has one home; the description gets it from there.
$(BUILD)/describe.json: describe.json config.schema.json
	mkdir -p $(BUILD)
	sed -e '/@config.schema.json@/{' -e 'r config.schema.json' -e 'd' -e '}' describe.json >$@.new
	mv $@.new $@

.PHONY: clean
clean:
	rm -rf $(BUILD)
