// Made by scripts/embed-templates from registry-index/templates/ and Sources/CPlug/plug.h. Edit those files, not
// this one.

/// The files of the templates that are compiled in, as they are.
enum BuiltInTemplates {
  /// By template and path in it. `common` and `plug` are parts of others.
  static let files: [(template: String, path: String, text: String)] = [
    (
      "c-format", "Makefile",
      ##"""
      CFLAGS ?= -O2 -g
      LIBRARY = build/{{name}}.so
      SOURCES = plugin.c read.c write.c

      $(LIBRARY): $(SOURCES) plugin.h plug.h describe.json exports.map Makefile
      	@mkdir -p build
      	$(CC) -std=c11 -Wall -Wextra $(CFLAGS) -fPIC -fvisibility=hidden -shared -o $@ $(SOURCES) \
      	  -Wl,-z,relro -Wl,-z,now -Wl,-z,defs -Wl,--version-script=exports.map $(LDFLAGS)

      .PHONY: test clean
      test: $(LIBRARY)
      	plugctl test . --level 4

      clean:
      	rm -rf build

      """##
    ),
    (
      "c-format", "README.md",
      ##"""
      # {{name}}

      Reads and writes lines of `key=value`, as an Arrow stream of two columns. A plugin of `plug.format/1` in C, for {{host}}.

      | file | what it is |
      |---|---|
      | `read.c` | lines to batches of records, no more of them in memory than one batch has |
      | `write.c` | records to lines |
      | `plugin.c` | the plugin's life and its configuration |
      | `plug.h` | the interface between plugin and host, with Arrow's; never edit it |
      | `exports.map` | the one symbol that the library exports |
      | `describe.json` | what the plugin says of itself; its id and version are those of `plugin.yaml` |
      | `config.schema.json`, `example_config.yaml` | its configuration |
      | `plugin.yaml` | what is packed and published |

      ```
      plugctl build               # as `build:` in plugin.yaml says
      plugctl test . --level 4    # also reads the sample of describe.json, writes it, and reads that again
      plugctl pack --output dist
      ```

      The format: UTF-8; a line ends with `\n`, the last one may lack it; the key ends at the first `=`; empty lines are passed
      over. What can't be written so that it reads the same is refused: nulls, a key with `=`, a line's end in either, lines of more than 1 MiB.

      """##
    ),
    (
      "c-format", "config.schema.json",
      ##"""
      {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of {{name}}",
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "batch_rows": {
            "description": "records of a batch, at most",
            "type": "integer",
            "minimum": 1,
            "maximum": 1000,
            "default": 1000
          }
        }
      }

      """##
    ),
    (
      "c-format", "describe.json",
      ##"""
      {
        "schema": 1,
        "id": "{{publisher}}/{{name}}",
        "version": "0.1.0",
        "summary": "lines of key=value to and from Arrow",
        "type": "format",
        "interfaces": ["plug.format/1"],
        "config": {
          "schema": {"type": "object", "additionalProperties": false, "properties": {
            "batch_rows": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1000}
          }},
          "example": {"batch_rows": 500}
        },
        "samples": {"plug.format/1": {"input": "name=Ada\nborn=1815\n\nnote=1 + 1 = 2\nnothing=\ncolour=grün"}}
      }

      """##
    ),
    (
      "c-format", "example_config.yaml",
      ##"""
      # An example of the configuration of {{name}}; config.schema.json says what is allowed.
      batch_rows: 500

      """##
    ),
    (
      "c-format", "plugin.c",
      ##"""
      /* {{name}}: lines of key=value to and from Arrow. plug.h says what each function must do. */
      #include "plugin.h"

      #include <stdbool.h>
      #include <stdlib.h>
      #include <string.h>

      static const char id[] = "{{publisher}}/{{name}}";

      /* The bytes of describe.json. */
      __asm__(".section .rodata\n.hidden description\n.hidden description_end\n.globl description\n"
              ".globl description_end\ndescription:\n.incbin \"describe.json\"\ndescription_end:\n.byte 0\n.text\n");
      extern const char description[], description_end[];

      /* A plugin at work. The host makes one call of an instance at a time, so no lock is needed; streams that it made know
       * nothing of it. */
      struct plug_instance {
        const plug_host *host;
        size_t batch_rows; /* 0 before initialize */
      };

      plug_status say(const plug_sink *sink, const char *bytes, size_t length) {
        if (sink == NULL || length == 0) return PLUG_OK;
        return sink->write(sink->context, bytes, length) == 0 ? PLUG_OK : PLUG_SINK;
      }

      plug_status refuse(const plug_sink *error, plug_status status, const char *reason) {
        say(error, reason, strlen(reason));
        return status;
      }

      static bool is(plug_text text, const char *word) {
        return text.length == strlen(word) && memcmp(text.bytes, word, text.length) == 0;
      }

      /* ---- Its configuration: {} or {"batch_rows": 500}, so small that it is read by hand ---- */

      static bool take(plug_text *rest, const char *word) {
        size_t length = strlen(word);
        while (rest->length > 0 && memchr(" \t\r\n", rest->bytes[0], 4) != NULL) rest->bytes++, rest->length--;
        if (rest->length < length || memcmp(rest->bytes, word, length) != 0) return false;
        rest->bytes += length;
        rest->length -= length;
        return true;
      }

      /* 1 to BATCH_ROWS_MAX; 0 where something else stands there. */
      static size_t take_number(plug_text *rest) {
        size_t number = 0;
        take(rest, "");
        if (rest->length > 0 && rest->bytes[0] == '0') return 0;
        while (rest->length > 0 && rest->bytes[0] >= '0' && rest->bytes[0] <= '9' && number <= BATCH_ROWS_MAX) {
          number = number * 10 + (size_t)(rest->bytes[0] - '0');
          rest->bytes++, rest->length--;
        }
        return number <= BATCH_ROWS_MAX ? number : 0;
      }

      /* `usual` where the object has none; 0 where it is no such object. */
      static size_t read_batch_rows(plug_text config, size_t usual) {
        size_t rows = usual;
        if (!take(&config, "{")) return 0;
        if (!take(&config, "}")) {
          if (!take(&config, "\"batch_rows\"") || !take(&config, ":")) return 0;
          rows = take_number(&config);
          if (!take(&config, "}")) return 0;
        }
        take(&config, "");
        return config.length == 0 ? rows : 0;
      }

      /* ---- plug.format/1 ---- */

      /* The options of a call stand in for the configuration. */
      static plug_status rows_of(const plug_instance *self, plug_text options, size_t *rows, const plug_sink *error) {
        if (self->batch_rows == 0) return refuse(error, PLUG_STATE, "it is not initialised");
        *rows = options.length == 0 ? self->batch_rows : read_batch_rows(options, self->batch_rows);
        if (*rows != 0) return PLUG_OK;
        return refuse(error, PLUG_INVALID_ARGUMENT, "the options have at most `batch_rows`: 1 to 1000");
      }

      static plug_status read(plug_instance *self, const plug_source *source, plug_text options, struct ArrowArrayStream *out,
                              const plug_sink *error) {
        size_t rows;
        plug_status status = rows_of(self, options, &rows, error);
        return status == PLUG_OK ? read_lines(source, rows, out, error) : status;
      }

      static plug_status write(plug_instance *self, struct ArrowArrayStream *in, plug_text options, const plug_sink *out,
                               const plug_sink *error) {
        size_t rows;
        plug_status status = rows_of(self, options, &rows, error);
        if (status == PLUG_OK) status = write_lines(in, self->host, out, error);
        if (in->release != NULL) in->release(in);
        return status;
      }

      static const plug_format_v1 format = {sizeof format, read, write};

      /* ---- The table ---- */

      static plug_status describe(const plug_sink *out) {
        return say(out, description, (size_t)(description_end - description));
      }

      static plug_status create(const plug_host *host, plug_text name, plug_instance **instance, const plug_sink *error) {
        if (!is(name, id)) return refuse(error, PLUG_NOT_FOUND, "this library has another plugin");
        *instance = calloc(1, sizeof **instance);
        if (*instance == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
        (*instance)->host = host;
        return PLUG_OK;
      }

      static plug_status initialize(plug_instance *self, plug_text config, const plug_sink *error) {
        if (self->batch_rows != 0) return refuse(error, PLUG_STATE, "it is initialised already");
        self->batch_rows = read_batch_rows(config, BATCH_ROWS_MAX);
        if (self->batch_rows != 0) return PLUG_OK;
        return refuse(error, PLUG_INVALID_CONFIG, "an object is needed, with at most `batch_rows`: 1 to 1000");
      }

      static plug_status shut_down(plug_instance *self) {
        self->batch_rows = 0;
        return PLUG_OK;
      }

      static void destroy(plug_instance *self) { free(self); }

      static const void *get_interface(plug_instance *self, plug_text name) {
        (void)self;
        return is(name, PLUG_FORMAT) ? &format : NULL;
      }

      static plug_status metrics(plug_instance *self, const plug_sink *out) {
        (void)self;
        return say(out, "{}", 2);
      }

      static const plug_table table = {sizeof table, PLUG_MAJOR, PLUG_MINOR, describe, create, initialize,
                                       shut_down,    destroy,    get_interface, metrics};

      const plug_table *plug_entry_v1(uint32_t major, uint32_t minor) {
        (void)minor;
        return major == PLUG_MAJOR ? &table : NULL;
      }

      """##
    ),
    (
      "c-format", "plugin.h",
      ##"""
      /* What the files of {{name}} share. */
      #ifndef PLUGIN_H
      #define PLUGIN_H

      #include "plug.h"

      #include <stdbool.h>

      /* More than these in one batch would not fit the offsets of Arrow's texts, which have 31 bits. */
      #define BATCH_ROWS_MAX 1000
      #define LINE_MAX_BYTES ((size_t)1 << 20)

      /* Writes to a sink, which may be null. */
      plug_status say(const plug_sink *sink, const char *bytes, size_t length);

      /* Writes a reason to `error`; gives the status back. */
      plug_status refuse(const plug_sink *error, plug_status status, const char *reason);

      /* Arrow's texts are UTF-8, and who takes them relies upon that. */
      bool is_utf8(plug_text text);

      /* Makes a stream of the source's lines. They are read when batches are asked for. */
      plug_status read_lines(const plug_source *source, size_t batch_rows, struct ArrowArrayStream *out,
                             const plug_sink *error);

      /* Writes all of a stream as lines; the caller releases it. */
      plug_status write_lines(struct ArrowArrayStream *in, const plug_host *host, const plug_sink *out,
                              const plug_sink *error);

      #endif

      """##
    ),
    (
      "c-format", "plugin.yaml",
      ##"""
      schema: 1
      publisher: "{{publisher}}"
      name: "{{name}}"
      version: 0.1.0                  # describe.json says the same
      summary: lines of key=value to and from Arrow
      license: MIT
      host: {{host}}
      type: {{type}}
      requires: { abi: 1 }
      # dependencies: { other_plugin: ^1.2 }
      config: { schema: config.schema.json, example: example_config.yaml }
      build: { command: [make], sources: [plugin.c, read.c, write.c, plugin.h, plug.h, describe.json, exports.map, Makefile] }
      variants:
        - { platform: {{platform}}, library: build/{{name}}.so }
      files: [README.md]

      """##
    ),
    (
      "c-format", "read.c",
      ##"""
      /* Lines to an Arrow stream: each record has a `key` and a `value`, both texts and never null. */
      #include "plugin.h"

      #include <errno.h>
      #include <stdbool.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>

      struct reader {
        const plug_source *source;
        size_t batch_rows;
        /* What was read and is not used yet: `bytes` from `used` to `length`. */
        char *bytes;
        size_t used, length, capacity;
        bool is_ended;
        size_t line;
        char reason[80];
      };

      static int fail(struct reader *reader, int code, const char *reason) {
        snprintf(reader->reason, sizeof reader->reason, "line %zu: %s", reader->line, reason);
        return code;
      }

      /* ---- Lines ---- */

      static int read_more(struct reader *reader) {
        size_t rest = reader->length - reader->used, got = 0;
        if (rest > 0) memmove(reader->bytes, reader->bytes + reader->used, rest);
        reader->used = 0;
        reader->length = rest;
        if (rest == reader->capacity) {
          if (rest > LINE_MAX_BYTES) return fail(reader, EINVAL, "it has more than 1 MiB");
          size_t capacity = rest == 0 ? 65536 : rest * 2;
          char *bytes = realloc(reader->bytes, capacity);
          if (bytes == NULL) return fail(reader, ENOMEM, "out of memory");
          reader->bytes = bytes;
          reader->capacity = capacity;
        }
        const plug_source *source = reader->source;
        if (source->read(source->context, reader->bytes + rest, reader->capacity - rest, &got) != 0) {
          return fail(reader, EIO, "the source can't be read");
        }
        reader->length += got;
        reader->is_ended = got == 0;
        return 0;
      }

      /* The next line without its end, valid until the one after; a null pointer where there is none. */
      static int take_line(struct reader *reader, plug_text *line) {
        size_t seen = 0;
        *line = (plug_text){NULL, 0};
        reader->line++;
        for (;;) {
          size_t rest = reader->length - reader->used;
          const char *start = reader->bytes + reader->used;
          const char *end = rest > seen ? memchr(start + seen, '\n', rest - seen) : NULL;
          if (end != NULL || (reader->is_ended && rest > 0)) {
            *line = (plug_text){start, end != NULL ? (size_t)(end - start) : rest};
            reader->used += end != NULL ? line->length + 1 : rest;
            return line->length <= LINE_MAX_BYTES ? 0 : fail(reader, EINVAL, "it has more than 1 MiB");
          }
          if (reader->is_ended) return 0;
          seen = rest;
          int code = read_more(reader);
          if (code != 0) return code;
        }
      }

      bool is_utf8(plug_text text) {
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        const unsigned char *byte = (const unsigned char *)text.bytes, *end = byte + text.length;
        while (byte < end) {
          uint32_t letter = *byte++;
          int more = letter < 0x80 ? 0 : letter < 0xc0 ? -1 : letter < 0xe0 ? 1 : letter < 0xf0 ? 2 : letter < 0xf8 ? 3 : -1;
          if (more < 0 || end - byte < more) return false;
          if (more > 0) letter &= 0x3fu >> more;
          for (int i = 0; i < more; i++, byte++) {
            if ((*byte & 0xc0) != 0x80) return false;
            letter = letter << 6 | (*byte & 0x3f);
          }
          if (letter < least[more] || letter > 0x10ffff || (letter >= 0xd800 && letter <= 0xdfff)) return false;
        }
        return true;
      }

      /* ---- A batch: a struct of two columns. Who takes it may move its children out, so each has its own release. ---- */

      enum { KEY, VALUE, COLUMNS };

      static void release_array(struct ArrowArray *array) {
        for (int64_t i = 0; i < array->n_children; i++) {
          if (array->children[i]->release != NULL) array->children[i]->release(array->children[i]);
          free(array->children[i]);
        }
        for (int64_t i = 0; i < array->n_buffers; i++) free((void *)array->buffers[i]);
        free(array->children);
        free(array->buffers);
        array->release = NULL;
      }

      /* The first buffer says which rows are null; none is, so it stays away. */
      static bool make_array(struct ArrowArray *array, int64_t buffers, int64_t children) {
        *array = (struct ArrowArray){.release = release_array};
        array->buffers = calloc((size_t)buffers, sizeof *array->buffers);
        if (array->buffers == NULL) return false;
        array->n_buffers = buffers;
        if (children == 0) return true;
        array->children = calloc((size_t)children, sizeof *array->children);
        return array->children != NULL;
      }

      /* A column of texts: offsets in buffer 1, bytes in buffer 2. */
      static bool make_column(struct ArrowArray *column, size_t rows) {
        if (!make_array(column, 3, 0)) return false;
        column->buffers[1] = calloc(rows + 1, sizeof(int32_t));
        column->buffers[2] = malloc(1);
        return column->buffers[1] != NULL && column->buffers[2] != NULL;
      }

      static bool make_batch(struct ArrowArray *batch, size_t rows) {
        bool is_made = make_array(batch, 1, COLUMNS);
        for (int i = 0; i < COLUMNS && is_made; i++) {
          struct ArrowArray *column = calloc(1, sizeof *column);
          if (column == NULL) return false;
          batch->children[batch->n_children++] = column;
          is_made = make_column(column, rows);
        }
        return is_made;
      }

      /* The room is always the least power of two that holds the bytes, so nobody needs to note it. */
      static bool add(struct ArrowArray *column, plug_text text) {
        int32_t *offsets = (int32_t *)column->buffers[1];
        size_t length = (size_t)offsets[column->length], capacity = 1;
        while (capacity < length) capacity *= 2;
        if (length + text.length > capacity) {
          while (capacity < length + text.length) capacity *= 2;
          char *bytes = realloc((void *)column->buffers[2], capacity);
          if (bytes == NULL) return false;
          column->buffers[2] = bytes;
        }
        if (text.length > 0) memcpy((char *)column->buffers[2] + length, text.bytes, text.length);
        offsets[++column->length] = (int32_t)(length + text.length);
        return true;
      }

      static int add_line(struct reader *reader, struct ArrowArray *batch, plug_text line) {
        const char *equals = memchr(line.bytes, '=', line.length);
        if (equals == NULL) return fail(reader, EINVAL, "it has no `=`");
        if (!is_utf8(line)) return fail(reader, EINVAL, "it is no UTF-8");
        size_t length = (size_t)(equals - line.bytes);
        if (!add(batch->children[KEY], (plug_text){line.bytes, length}) ||
            !add(batch->children[VALUE], (plug_text){equals + 1, line.length - length - 1})) {
          return fail(reader, ENOMEM, "out of memory");
        }
        batch->length++;
        return 0;
      }

      static int fill_batch(struct reader *reader, struct ArrowArray *batch) {
        plug_text line;
        int code = 0;
        while (code == 0 && (size_t)batch->length < reader->batch_rows) {
          code = take_line(reader, &line);
          if (code != 0 || line.bytes == NULL) break;
          if (line.length > 0) code = add_line(reader, batch, line);
        }
        return code;
      }

      /* ---- The stream ---- */

      static void release_schema(struct ArrowSchema *schema) {
        for (int64_t i = 0; i < schema->n_children; i++) {
          if (schema->children[i]->release != NULL) schema->children[i]->release(schema->children[i]);
          free(schema->children[i]);
        }
        free(schema->children);
        schema->release = NULL;
      }

      static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
        static const char *const names[COLUMNS] = {"key", "value"};
        *out = (struct ArrowSchema){.format = "+s", .name = "", .release = release_schema};
        out->children = calloc(COLUMNS, sizeof *out->children);
        for (int i = 0; i < COLUMNS && out->children != NULL; i++) {
          struct ArrowSchema *child = calloc(1, sizeof *child);
          if (child == NULL) break;
          *child = (struct ArrowSchema){.format = "u", .name = names[i], .release = release_schema};
          out->children[out->n_children++] = child;
        }
        if (out->n_children == COLUMNS) return 0;
        release_schema(out);
        return fail(stream->private_data, ENOMEM, "out of memory");
      }

      /* A released batch says that there are no more. */
      static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
        struct reader *reader = stream->private_data;
        int code = make_batch(out, reader->batch_rows) ? fill_batch(reader, out) : fail(reader, ENOMEM, "out of memory");
        if (code != 0 || out->length == 0) release_array(out);
        return code;
      }

      static const char *get_last_error(struct ArrowArrayStream *stream) {
        return ((struct reader *)stream->private_data)->reason;
      }

      static void release_stream(struct ArrowArrayStream *stream) {
        struct reader *reader = stream->private_data;
        free(reader->bytes);
        free(reader);
        stream->release = NULL;
      }

      plug_status read_lines(const plug_source *source, size_t batch_rows, struct ArrowArrayStream *out,
                             const plug_sink *error) {
        struct reader *reader = calloc(1, sizeof *reader);
        if (reader == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
        reader->source = source;
        reader->batch_rows = batch_rows;
        *out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, reader};
        return PLUG_OK;
      }

      """##
    ),
    (
      "c-format", "write.c",
      ##"""
      /* An Arrow stream to lines. */
      #include "plugin.h"

      #include <stdbool.h>
      #include <string.h>

      static bool is_null(const struct ArrowArray *array, int64_t row) {
        const uint8_t *valid = array->buffers[0];
        int64_t place = row + array->offset;
        return valid != NULL && (valid[place / 8] >> place % 8 & 1) == 0;
      }

      static plug_text text_at(const struct ArrowArray *column, int64_t row) {
        const int32_t *offsets = (const int32_t *)column->buffers[1] + column->offset + row;
        size_t length = (size_t)(offsets[1] - offsets[0]);
        return (plug_text){length == 0 ? NULL : (const char *)column->buffers[2] + offsets[0], length};
      }

      static bool has(plug_text text, char letter) {
        return text.length > 0 && memchr(text.bytes, letter, text.length) != NULL;
      }

      static plug_status write_row(const struct ArrowArray *batch, int64_t row, const plug_sink *out, const plug_sink *error) {
        const struct ArrowArray *keys = batch->children[0], *values = batch->children[1];
        int64_t place = row + batch->offset;
        if (is_null(batch, row) || is_null(keys, place) || is_null(values, place)) {
          return refuse(error, PLUG_INVALID_ARGUMENT, "a null can't be written");
        }
        plug_text key = text_at(keys, place), value = text_at(values, place);
        if (has(key, '=')) return refuse(error, PLUG_INVALID_ARGUMENT, "a key has a `=`");
        if (!is_utf8(key) || !is_utf8(value)) return refuse(error, PLUG_INVALID_ARGUMENT, "a text is not UTF-8");
        if (key.length + 1 + value.length > LINE_MAX_BYTES) {
          return refuse(error, PLUG_INVALID_ARGUMENT, "a line would have more than 1 MiB");
        }
        if (has(key, '\n') || has(value, '\n')) return refuse(error, PLUG_INVALID_ARGUMENT, "a text has a line's end");
        plug_status status = say(out, key.bytes, key.length);
        if (status == PLUG_OK) status = say(out, "=", 1);
        if (status == PLUG_OK) status = say(out, value.bytes, value.length);
        if (status == PLUG_OK) status = say(out, "\n", 1);
        return status == PLUG_OK ? status : refuse(error, status, "the lines can't be written");
      }

      static plug_status write_batch(const struct ArrowArray *batch, const plug_host *host, const plug_sink *out,
                                     const plug_sink *error) {
        plug_status status = PLUG_OK;
        for (int64_t row = 0; row < batch->length && status == PLUG_OK; row++) {
          if (PLUG_HAS(host, is_cancelled) && host->is_cancelled(host->context)) {
            return refuse(error, PLUG_CANCELLED, "cancelled");
          }
          status = write_row(batch, row, out, error);
        }
        return status;
      }

      static bool is_text(const struct ArrowSchema *column) {
        return strcmp(column->format, "u") == 0 && column->dictionary == NULL;
      }

      static plug_status check_columns(struct ArrowArrayStream *in, const plug_sink *error) {
        struct ArrowSchema schema;
        if (in->get_schema(in, &schema) != 0) return refuse(error, PLUG_SINK, "the stream has no schema");
        bool is_ours = strcmp(schema.format, "+s") == 0 && schema.n_children == 2 && is_text(schema.children[0]) &&
                       is_text(schema.children[1]);
        schema.release(&schema);
        return is_ours ? PLUG_OK : refuse(error, PLUG_UNSUPPORTED, "two columns of utf8 can be written: keys and values");
      }

      plug_status write_lines(struct ArrowArrayStream *in, const plug_host *host, const plug_sink *out,
                              const plug_sink *error) {
        plug_status status = check_columns(in, error);
        while (status == PLUG_OK) {
          struct ArrowArray batch = {.release = NULL};
          if (in->get_next(in, &batch) != 0) {
            const char *reason = in->get_last_error(in);
            return refuse(error, PLUG_SINK, reason != NULL ? reason : "the stream can't be read");
          }
          if (batch.release == NULL) break;
          status = write_batch(&batch, host, out, error);
          batch.release(&batch);
        }
        return status;
      }

      """##
    ),
    (
      "c-sqlite", "Makefile",
      ##"""
      CFLAGS ?= -O2 -g
      LIBRARY = build/{{name}}.so

      # SQLite hands its functions over when it calls the entry: nothing is linked.
      $(LIBRARY): plugin.c Makefile
      	@mkdir -p build
      	$(CC) -std=c11 -Wall -Wextra $(CFLAGS) -fPIC -fvisibility=hidden -shared -o $@ plugin.c \
      	  -Wl,-z,relro -Wl,-z,now -Wl,-z,defs $(LDFLAGS)

      .PHONY: test clean
      test: $(LIBRARY)
      	plugctl test .
      	test "$$(sqlite3 :memory: '.load $(LIBRARY)' "SELECT words_{{ident}}('the cat and the dog')")" = 5

      clean:
      	rm -rf build

      """##
    ),
    (
      "c-sqlite", "README.md",
      ##"""
      # {{name}}

      Counts the words of a text: a loadable extension of SQLite with the function `words_{{ident}}(TEXT)`. Debian's
      `libsqlite3-dev` has the header that it is built with.

      | file | what it is |
      |---|---|
      | `plugin.c` | the extension |
      | `plugin.yaml` | what is packed and published |

      ```
      plugctl build               # as `build:` in plugin.yaml says
      plugctl test .              # loads it as SQLite does, in a process of its own
      plugctl pack --output dist
      ```

      """##
    ),
    (
      "c-sqlite", "gitignore",
      ##"""
      /build/
      /target/
      /.build/
      *.tar.zst
      *.minisig

      """##
    ),
    (
      "c-sqlite", "plugin.c",
      ##"""
      /* {{name}}: the SQL function words_{{ident}}(TEXT), which counts the words of a text. A loadable extension of SQLite. */
      #include <sqlite3ext.h>
      SQLITE_EXTENSION_INIT1

      static int is_space(unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

      static void words(sqlite3_context *context, int count, sqlite3_value **values) {
        (void)count;
        if (sqlite3_value_type(values[0]) == SQLITE_NULL) return; /* the answer is NULL then */
        const unsigned char *text = sqlite3_value_text(values[0]);
        if (text == 0) {
          sqlite3_result_error_nomem(context);
          return;
        }
        int length = sqlite3_value_bytes(values[0]), found = 0;
        for (int i = 0; i < length; i++) found += !is_space(text[i]) && (i == 0 || is_space(text[i - 1]));
        sqlite3_result_int(context, found);
      }

      /* What SQLite looks for in a library, whatever its file is called. */
      __attribute__((visibility("default")))
      int sqlite3_extension_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
        (void)error;
        SQLITE_EXTENSION_INIT2(api);
        int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
        return sqlite3_create_function(db, "words_{{ident}}", 1, flags, 0, words, 0, 0);
      }

      """##
    ),
    (
      "c-sqlite", "plugin.yaml",
      ##"""
      schema: 1
      publisher: "{{publisher}}"
      name: "{{name}}"
      version: 0.1.0
      summary: counts the words of a text
      license: MIT
      host: {{host}}
      type: {{type}}
      requires: { host: ">=3.31 <4" }  # SQLITE_INNOCUOUS
      # dependencies: { other_plugin: ^1.2 }
      build: { command: [make], sources: [plugin.c, Makefile] }
      variants:
        - { platform: {{platform}}, library: build/{{name}}.so }
      files: [README.md]

      """##
    ),
    (
      "c-workload", "Makefile",
      ##"""
      CFLAGS ?= -O2 -g
      LIBRARY = build/{{name}}.so
      SOURCES = plugin.c database.c

      $(LIBRARY): $(SOURCES) plugin.h plug.h describe.json exports.map Makefile
      	@mkdir -p build
      	$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra $(CFLAGS) -fPIC -fvisibility=hidden -shared -o $@ $(SOURCES) \
      	  -Wl,-z,relro -Wl,-z,now -Wl,-z,defs -Wl,--version-script=exports.map $(LDFLAGS) -ldl

      .PHONY: test drive clean
      test: $(LIBRARY)
      	plugctl test . --level 4

      drive: $(LIBRARY)
      	plugctl test . --workload --dsn sqlite://$(CURDIR)/build/drive.db --duration 10s

      clean:
      	rm -rf build

      """##
    ),
    (
      "c-workload", "README.md",
      ##"""
      # {{name}}

      Loads a database: reads rows of a table, writes them and sums them up. A plugin of `plug.workload/1` in C, for {{host}}.

      | file | what it is |
      |---|---|
      | `plugin.c` | the plugin: its operations, their weights, its table |
      | `database.c` | a connection to SQLite or PostgreSQL, by the DSN that the host gives |
      | `plug.h` | the interface between plugin and host; never edit it |
      | `exports.map` | the one symbol that the library exports |
      | `describe.json` | what the plugin says of itself; its id and version are those of `plugin.yaml` |
      | `config.schema.json`, `example_config.yaml` | its configuration |
      | `plugin.yaml` | what is packed and published |

      ```
      plugctl build               # as `build:` in plugin.yaml says
      plugctl test .              # loads it and calls it, in a process of its own
      plugctl test . --workload --dsn sqlite:///tmp/{{ident}}.db --duration 10s
      plugctl pack --output dist
      ```

      The third sets the table up, runs the operations by their weights in several sessions, and cleans up. PostgreSQL is
      `postgresql:///test?host=/run/postgresql`. Neither database is needed to build: `libsqlite3.so.0` or `libpq.so.5` is opened
      when a DSN asks for it.

      """##
    ),
    (
      "c-workload", "config.schema.json",
      ##"""
      {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of {{name}}",
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "rows": {
            "description": "rows of the table",
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000,
            "default": 1000
          },
          "read": {
            "description": "weight of reading a row",
            "type": "integer",
            "minimum": 0,
            "maximum": 1000,
            "default": 70
          },
          "write": {
            "description": "weight of writing a row",
            "type": "integer",
            "minimum": 0,
            "maximum": 1000,
            "default": 25
          },
          "sum": {
            "description": "weight of summing a hundred rows up",
            "type": "integer",
            "minimum": 0,
            "maximum": 1000,
            "default": 5
          }
        },
        "anyOf": [
          { "properties": { "read": { "minimum": 1 } } },
          { "properties": { "write": { "minimum": 1 } } },
          { "properties": { "sum": { "minimum": 1 } } }
        ]
      }

      """##
    ),
    (
      "c-workload", "database.c",
      ##"""
      /* SQLite and PostgreSQL by their client libraries. These are opened when a DSN asks for them, so that the plugin builds
       * and loads where neither is. */
      #include "plugin.h"

      #include <dlfcn.h>
      #include <stdlib.h>
      #include <string.h>

      struct database {
        void *library;
        void *connection;
        plug_status (*run)(struct database *database, const char *sql, const plug_sink *error);
        void (*close)(struct database *database);
        /* What is needed of the library, as sqlite3.h and libpq-fe.h declare it. */
        union {
          struct {
            int (*open)(const char *path, void **connection, int flags, const char *vfs);
            int (*busy_timeout)(void *connection, int milliseconds);
            int (*exec)(void *connection, const char *sql, void *row, void *context, char **message);
            const char *(*errmsg)(void *connection);
            int (*close)(void *connection);
          } sqlite;
          struct {
            void *(*connect)(const char *dsn);
            int (*status)(const void *connection);
            void *(*set_notices)(void *connection, void (*process)(void *, const char *), void *context);
            void *(*exec)(void *connection, const char *sql);
            int (*result)(const void *result);
            void (*clear)(void *result);
            char *(*message)(const void *connection);
            void (*finish)(void *connection);
          } postgres;
        };
      };

      struct function {
        const char *name;
        void *place;
      };

      /* Opens a library and finds functions in it. It stays in the process: not every library survives being closed. */
      static plug_status find(struct database *database, const char *library, const struct function *functions, size_t count,
                              const plug_sink *error) {
        database->library = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        if (database->library == NULL) return refuse(error, PLUG_UNSUPPORTED, "`%s` can't be opened: %s", library, dlerror());
        for (size_t i = 0; i < count; i++) {
          void *function = dlsym(database->library, functions[i].name);
          if (function == NULL) return refuse(error, PLUG_UNSUPPORTED, "`%s` has no `%s`", library, functions[i].name);
          memcpy(functions[i].place, &function, sizeof function);
        }
        return PLUG_OK;
      }

      /* ---- SQLite ---- */

      static plug_status sqlite_run(struct database *database, const char *sql, const plug_sink *error) {
        if (database->sqlite.exec(database->connection, sql, NULL, NULL, NULL) == 0) return PLUG_OK;
        return refuse(error, PLUG_IO, "SQLite: %s", database->sqlite.errmsg(database->connection));
      }

      static void sqlite_close(struct database *database) { database->sqlite.close(database->connection); }

      static plug_status sqlite_open(struct database *database, const char *path, const plug_sink *error) {
        const struct function functions[] = {{"sqlite3_open_v2", &database->sqlite.open},
                                             {"sqlite3_busy_timeout", &database->sqlite.busy_timeout},
                                             {"sqlite3_exec", &database->sqlite.exec},
                                             {"sqlite3_errmsg", &database->sqlite.errmsg},
                                             {"sqlite3_close", &database->sqlite.close}};
        enum { READ_WRITE = 2, CREATE = 4, NO_MUTEX = 0x8000 };
        plug_status status = find(database, "libsqlite3.so.0", functions, sizeof functions / sizeof *functions, error);
        if (status != PLUG_OK) return status;
        database->run = sqlite_run;
        database->close = sqlite_close;
        if (database->sqlite.open(path, &database->connection, READ_WRITE | CREATE | NO_MUTEX, NULL) != 0) {
          return refuse(error, PLUG_IO, "SQLite: %s", database->sqlite.errmsg(database->connection));
        }
        database->sqlite.busy_timeout(database->connection, 10000);
        /* Readers and a writer don't wait for each other; nothing is set aside in files of other folders. */
        return sqlite_run(database, "PRAGMA journal_mode = WAL; PRAGMA temp_store = MEMORY", error);
      }

      /* ---- PostgreSQL ---- */

      static plug_status postgres_failed(struct database *database, const plug_sink *error) {
        const char *message = database->postgres.message(database->connection);
        return refuse(error, PLUG_IO, "PostgreSQL: %.*s", (int)strcspn(message, "\n"), message);
      }

      static plug_status postgres_run(struct database *database, const char *sql, const plug_sink *error) {
        enum { COMMAND_OK = 1, TUPLES_OK = 2 };
        void *result = database->postgres.exec(database->connection, sql);
        int code = database->postgres.result(result);
        database->postgres.clear(result);
        return code == COMMAND_OK || code == TUPLES_OK ? PLUG_OK : postgres_failed(database, error);
      }

      static void postgres_close(struct database *database) { database->postgres.finish(database->connection); }

      /* A server's notices would go to standard error. */
      static void ignore(void *context, const char *notice) { (void)context, (void)notice; }

      static plug_status postgres_open(struct database *database, const char *dsn, const plug_sink *error) {
        const struct function functions[] = {{"PQconnectdb", &database->postgres.connect},
                                             {"PQstatus", &database->postgres.status},
                                             {"PQsetNoticeProcessor", &database->postgres.set_notices},
                                             {"PQexec", &database->postgres.exec},
                                             {"PQresultStatus", &database->postgres.result},
                                             {"PQclear", &database->postgres.clear},
                                             {"PQerrorMessage", &database->postgres.message},
                                             {"PQfinish", &database->postgres.finish}};
        plug_status status = find(database, "libpq.so.5", functions, sizeof functions / sizeof *functions, error);
        if (status != PLUG_OK) return status;
        database->run = postgres_run;
        database->close = postgres_close;
        database->connection = database->postgres.connect(dsn);
        if (database->postgres.status(database->connection) != 0) return postgres_failed(database, error);
        database->postgres.set_notices(database->connection, ignore, NULL);
        return PLUG_OK;
      }

      /* ---- Both ---- */

      plug_status database_open(plug_text dsn, struct database **out, const plug_sink *error) {
        static const char sqlite[] = "sqlite://", postgres[] = "postgresql://";
        struct database *database = calloc(1, sizeof *database);
        char *text = dsn.length == 0 ? strdup("") : strndup(dsn.bytes, dsn.length);
        plug_status status;
        if (database == NULL || text == NULL) {
          status = refuse(error, PLUG_NO_MEMORY, "out of memory");
        } else if (strncmp(text, sqlite, strlen(sqlite)) == 0 && text[strlen(sqlite)] == '/') {
          status = sqlite_open(database, text + strlen(sqlite), error);
        } else if (strncmp(text, postgres, strlen(postgres)) == 0) {
          status = postgres_open(database, text, error);
        } else {
          status = refuse(error, PLUG_INVALID_ARGUMENT, "the DSN is neither sqlite:///PATH nor postgresql://...");
        }
        free(text);
        if (status == PLUG_OK) *out = database;
        else database_close(database);
        return status;
      }

      plug_status database_run(struct database *database, const char *sql, const plug_sink *error) {
        return database->run(database, sql, error);
      }

      void database_close(struct database *database) {
        if (database == NULL) return;
        if (database->connection != NULL) database->close(database);
        if (database->library != NULL) dlclose(database->library);
        free(database);
      }

      """##
    ),
    (
      "c-workload", "describe.json",
      ##"""
      {
        "schema": 1,
        "id": "{{publisher}}/{{name}}",
        "version": "0.1.0",
        "summary": "loads a database: reads, writes and sums",
        "type": "workload",
        "interfaces": ["plug.workload/1", "plug.database/1"],
        "permissions": {"network": true, "spawn": false, "write": true},
        "config": {
          "schema": {"type": "object", "additionalProperties": false, "properties": {
            "rows": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 1000},
            "read": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 70},
            "write": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 25},
            "sum": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 5}
          }, "anyOf": [
            {"properties": {"read": {"minimum": 1}}},
            {"properties": {"write": {"minimum": 1}}},
            {"properties": {"sum": {"minimum": 1}}}
          ]},
          "example": {"rows": 500, "read": 70, "write": 25, "sum": 5}
        }
      }

      """##
    ),
    (
      "c-workload", "example_config.yaml",
      ##"""
      # An example of the configuration of {{name}}; config.schema.json says what is allowed.
      rows: 500
      read: 70
      write: 25
      sum: 5

      """##
    ),
    (
      "c-workload", "plugin.c",
      ##"""
      /* {{name}}: loads a database by reading, writing and summing rows of a table. plug.h says what each function must do. */
      #include "plugin.h"

      #include <stdarg.h>
      #include <stdbool.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>

      static const char id[] = "{{publisher}}/{{name}}";

      /* The bytes of describe.json. */
      __asm__(".section .rodata\n.hidden description\n.hidden description_end\n.globl description\n"
              ".globl description_end\ndescription:\n.incbin \"describe.json\"\ndescription_end:\n.byte 0\n.text\n");
      extern const char description[], description_end[];

      /* The operations come first among the options: an option of that name is its weight. */
      enum { READ, WRITE, SUM, OPERATIONS, ROWS = OPERATIONS, OPTIONS };
      static const struct {
        const char *name;
        long usual, least, most;
      } options[OPTIONS] = {{"read", 70, 0, 1000}, {"write", 25, 0, 1000}, {"sum", 5, 0, 1000}, {"rows", 1000, 1, 1000000}};

      /* A plugin at work. Its sessions run at once, so they count with atomics; the options stay as they are meanwhile. */
      struct plug_instance {
        bool is_ready;
        long options[OPTIONS];
        uint64_t done[OPERATIONS], failed, sessions;
      };

      struct plug_session {
        plug_instance *instance;
        struct database *database;
        uint64_t random;
      };

      plug_status say(const plug_sink *sink, const char *bytes, size_t length) {
        if (sink == NULL || length == 0) return PLUG_OK;
        return sink->write(sink->context, bytes, length) == 0 ? PLUG_OK : PLUG_SINK;
      }

      plug_status refuse(const plug_sink *error, plug_status status, const char *format, ...) {
        char reason[400];
        va_list values;
        va_start(values, format);
        vsnprintf(reason, sizeof reason, format, values);
        va_end(values);
        say(error, reason, strlen(reason));
        return status;
      }

      static bool is(plug_text text, const char *word) {
        return text.length == strlen(word) && memcmp(text.bytes, word, text.length) == 0;
      }

      /* ---- plug.database/1. Its SQL is what SQLite and PostgreSQL both take. ---- */

      #define TABLE "{{ident}}_rows"

      static plug_status make_table(struct database *database, long rows, const plug_sink *error) {
        char fill[300];
        snprintf(fill, sizeof fill,
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %ld) "
                 "INSERT INTO " TABLE " (id, hits) SELECT i, 0 FROM n", rows);
        const char *const steps[] = {"BEGIN", "DROP TABLE IF EXISTS " TABLE,
                                     "CREATE TABLE " TABLE " (id INTEGER PRIMARY KEY, hits BIGINT NOT NULL)", fill, "COMMIT"};
        plug_status status = PLUG_OK;
        for (size_t i = 0; i < sizeof steps / sizeof *steps && status == PLUG_OK; i++) {
          status = database_run(database, steps[i], error);
        }
        return status;
      }

      static plug_status setup(plug_instance *self, plug_text dsn, const plug_sink *error) {
        struct database *database;
        if (!self->is_ready) return refuse(error, PLUG_STATE, "it is not initialised");
        plug_status status = database_open(dsn, &database, error);
        if (status != PLUG_OK) return status;
        status = make_table(database, self->options[ROWS], error);
        database_close(database); /* which takes an open transaction back */
        return status;
      }

      static plug_status cleanup(plug_instance *self, plug_text dsn, const plug_sink *error) {
        struct database *database;
        if (!self->is_ready) return refuse(error, PLUG_STATE, "it is not initialised");
        plug_status status = database_open(dsn, &database, error);
        if (status != PLUG_OK) return status;
        status = database_run(database, "DROP TABLE IF EXISTS " TABLE, error);
        database_close(database);
        return status;
      }

      static const plug_database_v1 database = {sizeof database, setup, cleanup};

      /* ---- plug.workload/1 ---- */

      static plug_status operations(plug_instance *self, const plug_sink *out) {
        char text[100];
        if (!self->is_ready) return PLUG_STATE;
        int length = snprintf(text, sizeof text, "{\"read\": %ld, \"write\": %ld, \"sum\": %ld}", self->options[READ],
                              self->options[WRITE], self->options[SUM]);
        return say(out, text, (size_t)length);
      }

      static plug_status open_session(plug_instance *self, plug_text dsn, plug_session **out, const plug_sink *error) {
        if (!self->is_ready) return refuse(error, PLUG_STATE, "it is not initialised");
        plug_session *session = calloc(1, sizeof *session);
        if (session == NULL) return refuse(error, PLUG_NO_MEMORY, "out of memory");
        plug_status status = database_open(dsn, &session->database, error);
        if (status != PLUG_OK) {
          free(session);
          return status;
        }
        session->instance = self;
        /* Each session has its own rows, and the same ones in the next run. */
        session->random = __atomic_add_fetch(&self->sessions, 1, __ATOMIC_RELAXED) << 32;
        *out = session;
        return PLUG_OK;
      }

      static void close_session(plug_session *session) {
        database_close(session->database);
        free(session);
      }

      /* The number of a row, by splitmix64. */
      static long pick(plug_session *session) {
        uint64_t z = session->random += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        return (long)((z ^ z >> 31) % (uint64_t)session->instance->options[ROWS]) + 1;
      }

      static plug_status run(plug_session *session, plug_text operation, const plug_sink *error) {
        char sql[200];
        int which = 0;
        long row = pick(session);
        while (which < OPERATIONS && !is(operation, options[which].name)) which++;
        if (which == READ) {
          snprintf(sql, sizeof sql, "SELECT hits FROM " TABLE " WHERE id = %ld", row);
        } else if (which == WRITE) {
          snprintf(sql, sizeof sql, "UPDATE " TABLE " SET hits = hits + 1 WHERE id = %ld", row);
        } else if (which == SUM) {
          snprintf(sql, sizeof sql, "SELECT sum(hits) FROM " TABLE " WHERE id BETWEEN %ld AND %ld", row, row + 99);
        } else {
          return refuse(error, PLUG_NOT_FOUND, "there is no such operation");
        }
        plug_status status = database_run(session->database, sql, error);
        plug_instance *self = session->instance;
        __atomic_add_fetch(status == PLUG_OK ? &self->done[which] : &self->failed, 1, __ATOMIC_RELAXED);
        return status;
      }

      static const plug_workload_v1 workload = {sizeof workload, operations, open_session, run, close_session};

      /* ---- Its configuration: an object of whole numbers, so small that it is read by hand ---- */

      static bool take(plug_text *rest, const char *word) {
        size_t length = strlen(word);
        while (rest->length > 0 && memchr(" \t\r\n", rest->bytes[0], 4) != NULL) rest->bytes++, rest->length--;
        if (rest->length < length || memcmp(rest->bytes, word, length) != 0) return false;
        rest->bytes += length;
        rest->length -= length;
        return true;
      }

      /* -1 where something else stands there, or one with too many digits. */
      static long take_number(plug_text *rest) {
        long number = 0;
        size_t digits = 0;
        take(rest, "");
        for (; digits < rest->length && rest->bytes[digits] >= '0' && rest->bytes[digits] <= '9'; digits++) {
          if (digits == 9) return -1;
          number = number * 10 + (rest->bytes[digits] - '0');
        }
        if (digits == 0 || (digits > 1 && rest->bytes[0] == '0')) return -1;
        rest->bytes += digits;
        rest->length -= digits;
        return number;
      }

      /* `"rows": 1000` */
      static bool take_option(plug_text *rest, long values[OPTIONS]) {
        for (int i = 0; i < OPTIONS; i++) {
          char name[16];
          snprintf(name, sizeof name, "\"%s\"", options[i].name);
          if (!take(rest, name)) continue;
          values[i] = take(rest, ":") ? take_number(rest) : -1;
          return values[i] >= options[i].least && values[i] <= options[i].most;
        }
        return false;
      }

      static bool read_options(plug_text config, long values[OPTIONS]) {
        for (int i = 0; i < OPTIONS; i++) values[i] = options[i].usual;
        if (!take(&config, "{")) return false;
        if (!take(&config, "}")) {
          do {
            if (!take_option(&config, values)) return false;
          } while (take(&config, ","));
          if (!take(&config, "}")) return false;
        }
        take(&config, "");
        return config.length == 0 && values[READ] + values[WRITE] + values[SUM] > 0;
      }

      /* ---- The table ---- */

      static plug_status describe(const plug_sink *out) {
        return say(out, description, (size_t)(description_end - description));
      }

      static plug_status create(const plug_host *host, plug_text name, plug_instance **instance, const plug_sink *error) {
        (void)host;
        if (!is(name, id)) return refuse(error, PLUG_NOT_FOUND, "this library has another plugin");
        *instance = calloc(1, sizeof **instance);
        return *instance == NULL ? refuse(error, PLUG_NO_MEMORY, "out of memory") : PLUG_OK;
      }

      static plug_status initialize(plug_instance *self, plug_text config, const plug_sink *error) {
        if (self->is_ready) return refuse(error, PLUG_STATE, "it is initialised already");
        self->is_ready = read_options(config, self->options);
        if (self->is_ready) return PLUG_OK;
        return refuse(error, PLUG_INVALID_CONFIG,
                      "an object is needed, with `rows` from 1 to 1000000, `read`, `write` and `sum` from 0 to 1000, not all 0");
      }

      static plug_status shut_down(plug_instance *self) {
        self->is_ready = false;
        return PLUG_OK;
      }

      static void destroy(plug_instance *self) { free(self); }

      static const void *get_interface(plug_instance *self, plug_text name) {
        (void)self;
        if (is(name, PLUG_WORKLOAD)) return &workload;
        return is(name, PLUG_DATABASE) ? &database : NULL;
      }

      static plug_status metrics(plug_instance *self, const plug_sink *out) {
        char text[200];
        uint64_t counts[OPERATIONS], failed = __atomic_load_n(&self->failed, __ATOMIC_RELAXED);
        for (int i = 0; i < OPERATIONS; i++) counts[i] = __atomic_load_n(&self->done[i], __ATOMIC_RELAXED);
        int length = snprintf(text, sizeof text, "{\"read\": %llu, \"write\": %llu, \"sum\": %llu, \"failed\": %llu}",
                              (unsigned long long)counts[READ], (unsigned long long)counts[WRITE],
                              (unsigned long long)counts[SUM], (unsigned long long)failed);
        return say(out, text, (size_t)length);
      }

      static const plug_table table = {sizeof table, PLUG_MAJOR, PLUG_MINOR, describe, create, initialize,
                                       shut_down,    destroy,    get_interface, metrics};

      const plug_table *plug_entry_v1(uint32_t major, uint32_t minor) {
        (void)minor;
        return major == PLUG_MAJOR ? &table : NULL;
      }

      """##
    ),
    (
      "c-workload", "plugin.h",
      ##"""
      /* What the files of {{name}} share. */
      #ifndef PLUGIN_H
      #define PLUGIN_H

      #include "plug.h"

      /* Writes to a sink, which may be null. */
      plug_status say(const plug_sink *sink, const char *bytes, size_t length);

      /* Writes a reason to `error`; gives the status back. */
      plug_status refuse(const plug_sink *error, plug_status status, const char *format, ...)
          __attribute__((format(printf, 3, 4)));

      /* A connection to SQLite or PostgreSQL, for one thread. */
      struct database;

      /* By a DSN: `sqlite:///tmp/a.db`, or one of libpq's, `postgresql://...`. */
      plug_status database_open(plug_text dsn, struct database **database, const plug_sink *error);

      /* Runs a statement; the rows that it finds are read and dropped. */
      plug_status database_run(struct database *database, const char *sql, const plug_sink *error);

      void database_close(struct database *database);

      #endif

      """##
    ),
    (
      "c-workload", "plugin.yaml",
      ##"""
      schema: 1
      publisher: "{{publisher}}"
      name: "{{name}}"
      version: 0.1.0                  # describe.json says the same
      summary: "loads a database: reads, writes and sums"
      license: MIT
      host: {{host}}
      type: {{type}}
      requires: { abi: 1 }
      # dependencies: { other_plugin: ^1.2 }
      permissions: { network: true, spawn: false, write: true }
      config: { schema: config.schema.json, example: example_config.yaml }
      build: { command: [make], sources: [plugin.c, database.c, plugin.h, plug.h, describe.json, exports.map, Makefile] }
      variants:
        - { platform: {{platform}}, library: build/{{name}}.so }
      files: [README.md]

      """##
    ),
    (
      "c", "Makefile",
      ##"""
      CFLAGS ?= -O2 -g
      LIBRARY = build/{{name}}.so

      $(LIBRARY): plugin.c plug.h describe.json exports.map Makefile
      	@mkdir -p build
      	$(CC) -std=c11 -Wall -Wextra $(CFLAGS) -fPIC -fvisibility=hidden -shared -o $@ plugin.c \
      	  -Wl,-z,relro -Wl,-z,now -Wl,-z,defs -Wl,--version-script=exports.map $(LDFLAGS)

      .PHONY: test clean
      test: $(LIBRARY)
      	plugctl test . --level 4

      clean:
      	rm -rf build

      """##
    ),
    (
      "c", "README.md",
      ##"""
      # {{name}}

      Counts the words of a text: a plugin of `plug.h` in C, for {{host}}.

      | file | what it is |
      |---|---|
      | `plugin.c` | the plugin |
      | `plug.h` | the interface between plugin and host; never edit it |
      | `exports.map` | the one symbol that the library exports |
      | `describe.json` | what the plugin says of itself; its id and version are those of `plugin.yaml` |
      | `config.schema.json`, `example_config.yaml` | its configuration |
      | `plugin.yaml` | what is packed and published |

      ```
      plugctl build               # as `build:` in plugin.yaml says
      plugctl test .              # loads it and calls it, in a process of its own
      plugctl pack --output dist
      ```

      """##
    ),
    (
      "c", "plugin.c",
      ##"""
      /* {{name}}: counts the words of a text. plug.h says what each function must do. */
      #include "plug.h"

      #include <stdbool.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>

      static const char id[] = "{{publisher}}/{{name}}";

      /* The bytes of describe.json. */
      __asm__(".section .rodata\n.hidden description\n.hidden description_end\n.globl description\n"
              ".globl description_end\ndescription:\n.incbin \"describe.json\"\ndescription_end:\n.byte 0\n.text\n");
      extern const char description[], description_end[];

      /* A plugin at work. The host makes one call of an instance at a time, so no lock is needed. */
      struct plug_instance {
        size_t shortest; /* letters of a word that counts; 0 before initialize */
      };

      static plug_status say(const plug_sink *sink, const char *bytes, size_t length) {
        if (sink == NULL || length == 0) return PLUG_OK;
        return sink->write(sink->context, bytes, length) == 0 ? PLUG_OK : PLUG_SINK;
      }

      static plug_status refuse(const plug_sink *error, plug_status status, const char *reason) {
        say(error, reason, strlen(reason));
        return status;
      }

      /* ---- What it does ---- */

      static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

      /* Words between spaces; a byte that goes on with a UTF-8 letter is no letter of its own. */
      static size_t count_words(const char *bytes, size_t length, size_t shortest) {
        size_t words = 0, letters = 0;
        for (size_t i = 0; i < length; i++) {
          if (!is_space(bytes[i])) {
            letters += ((unsigned char)bytes[i] & 0xc0) != 0x80;
            continue;
          }
          words += letters >= shortest;
          letters = 0;
        }
        return words + (letters >= shortest);
      }

      static plug_status process(plug_instance *self, plug_text input, const plug_sink *out, const plug_sink *error) {
        char answer[32];
        if (self->shortest == 0) return refuse(error, PLUG_STATE, "it is not initialised");
        int length = snprintf(answer, sizeof answer, "%zu\n", count_words(input.bytes, input.length, self->shortest));
        return say(out, answer, (size_t)length);
      }

      /* ---- Its configuration: {} or {"shortest": 3}, so small that it is read by hand ---- */

      static bool take(plug_text *rest, const char *word) {
        size_t length = strlen(word);
        while (rest->length > 0 && memchr(" \t\r\n", rest->bytes[0], 4) != NULL) rest->bytes++, rest->length--;
        if (rest->length < length || memcmp(rest->bytes, word, length) != 0) return false;
        rest->bytes += length;
        rest->length -= length;
        return true;
      }

      /* 1 to 100; 0 where something else stands there. */
      static size_t take_number(plug_text *rest) {
        size_t number = 0;
        take(rest, "");
        if (rest->length > 0 && rest->bytes[0] == '0') return 0;
        while (rest->length > 0 && rest->bytes[0] >= '0' && rest->bytes[0] <= '9' && number <= 100) {
          number = number * 10 + (size_t)(rest->bytes[0] - '0');
          rest->bytes++, rest->length--;
        }
        return number <= 100 ? number : 0;
      }

      static size_t read_shortest(plug_text config) {
        size_t shortest = 1;
        if (!take(&config, "{")) return 0;
        if (!take(&config, "}")) {
          if (!take(&config, "\"shortest\"") || !take(&config, ":")) return 0;
          shortest = take_number(&config);
          if (!take(&config, "}")) return 0;
        }
        take(&config, "");
        return config.length == 0 ? shortest : 0;
      }

      /* ---- The table ---- */

      static plug_status describe(const plug_sink *out) {
        return say(out, description, (size_t)(description_end - description));
      }

      static plug_status create(const plug_host *host, plug_text name, plug_instance **instance, const plug_sink *error) {
        (void)host;
        if (name.length != sizeof id - 1 || memcmp(name.bytes, id, name.length) != 0) {
          return refuse(error, PLUG_NOT_FOUND, "this library has another plugin");
        }
        *instance = calloc(1, sizeof **instance);
        return *instance == NULL ? PLUG_NO_MEMORY : PLUG_OK;
      }

      static plug_status initialize(plug_instance *self, plug_text config, const plug_sink *error) {
        if (self->shortest != 0) return refuse(error, PLUG_STATE, "it is initialised already");
        self->shortest = read_shortest(config);
        if (self->shortest != 0) return PLUG_OK;
        return refuse(error, PLUG_INVALID_CONFIG, "an object is needed, with at most `shortest`: 1 to 100");
      }

      static plug_status shut_down(plug_instance *self) {
        self->shortest = 0;
        return PLUG_OK;
      }

      static void destroy(plug_instance *self) { free(self); }

      static const plug_processor_v1 processor = {sizeof processor, process};

      static const void *get_interface(plug_instance *self, plug_text name) {
        size_t length = strlen(PLUG_PROCESSOR);
        (void)self;
        return name.length == length && memcmp(name.bytes, PLUG_PROCESSOR, length) == 0 ? &processor : NULL;
      }

      static plug_status metrics(plug_instance *self, const plug_sink *out) {
        (void)self;
        return say(out, "{}", 2);
      }

      static const plug_table table = {sizeof table, PLUG_MAJOR, PLUG_MINOR, describe, create, initialize,
                                       shut_down,    destroy,    get_interface, metrics};

      const plug_table *plug_entry_v1(uint32_t major, uint32_t minor) {
        (void)minor;
        return major == PLUG_MAJOR ? &table : NULL;
      }

      """##
    ),
    (
      "c", "plugin.yaml",
      ##"""
      schema: 1
      publisher: "{{publisher}}"
      name: "{{name}}"
      version: 0.1.0                  # describe.json says the same
      summary: counts the words of a text
      license: MIT
      host: {{host}}
      type: {{type}}
      requires: { abi: 1 }
      # dependencies: { other_plugin: ^1.2 }
      config: { schema: config.schema.json, example: example_config.yaml }
      build: { command: [make], sources: [plugin.c, plug.h, describe.json, exports.map, Makefile] }
      variants:
        - { platform: {{platform}}, library: build/{{name}}.so }
      files: [README.md]

      """##
    ),
    (
      "common", "config.schema.json",
      ##"""
      {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of {{name}}",
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "shortest": {
            "description": "letters that a word must have to count",
            "type": "integer",
            "minimum": 1,
            "maximum": 100,
            "default": 1
          }
        }
      }

      """##
    ),
    (
      "common", "describe.json",
      ##"""
      {
        "schema": 1,
        "id": "{{publisher}}/{{name}}",
        "version": "0.1.0",
        "summary": "counts the words of a text",
        "interfaces": ["plug.processor/1"],
        "config": {
          "schema": {"type": "object", "additionalProperties": false, "properties": {
            "shortest": {"type": "integer", "minimum": 1, "maximum": 100, "default": 1}
          }},
          "example": {"shortest": 3}
        },
        "samples": {"plug.processor/1": {"input": "the cat and the dog"}}
      }

      """##
    ),
    (
      "common", "example_config.yaml",
      ##"""
      # An example of the configuration of {{name}}; config.schema.json says what is allowed.
      shortest: 3

      """##
    ),
    (
      "common", "exports.map",
      ##"""
      {
        global: plug_entry_v1;
        local: *;
      };

      """##
    ),
    (
      "common", "gitignore",
      ##"""
      /build/
      /target/
      /.build/
      *.tar.zst
      *.minisig

      """##
    ),
    (
      "cpp", "Makefile",
      ##"""
      CXXFLAGS ?= -O2 -g
      LIBRARY = build/{{name}}.so

      # The C++ library is linked in: the host may have another one.
      $(LIBRARY): plugin.cpp plug.h describe.json exports.map Makefile
      	@mkdir -p build
      	$(CXX) -std=c++17 -Wall -Wextra $(CXXFLAGS) -fPIC -fvisibility=hidden -shared -static-libstdc++ -static-libgcc \
      	  -o $@ plugin.cpp -Wl,-z,relro -Wl,-z,now -Wl,-z,defs -Wl,--version-script=exports.map $(LDFLAGS)

      .PHONY: test clean
      test: $(LIBRARY)
      	plugctl test . --level 4

      clean:
      	rm -rf build

      """##
    ),
    (
      "cpp", "README.md",
      ##"""
      # {{name}}

      Counts the words of a text: a plugin of `plug.h` in C++, for {{host}}.

      | file | what it is |
      |---|---|
      | `plugin.cpp` | the plugin |
      | `plug.h` | the interface between plugin and host; never edit it |
      | `exports.map` | the one symbol that the library exports |
      | `describe.json` | what the plugin says of itself; its id and version are those of `plugin.yaml` |
      | `config.schema.json`, `example_config.yaml` | its configuration |
      | `plugin.yaml` | what is packed and published |

      ```
      plugctl build               # as `build:` in plugin.yaml says
      plugctl test .              # loads it and calls it, in a process of its own
      plugctl pack --output dist
      ```

      """##
    ),
    (
      "cpp", "plugin.cpp",
      ##"""
      // {{name}}: counts the words of a text. plug.h says what each function must do. Exceptions end at the boundary: every
      // function of the table goes through `guarded`.
      #include "plug.h"

      #include <charconv>
      #include <new>
      #include <optional>
      #include <stdexcept>
      #include <string>
      #include <string_view>

      // The bytes of describe.json.
      __asm__(".section .rodata\n.hidden description\n.hidden description_end\n.globl description\n"
              ".globl description_end\ndescription:\n.incbin \"describe.json\"\ndescription_end:\n.byte 0\n.text\n");
      extern "C" const char description[], description_end[];

      // A plugin at work. The host makes one call of an instance at a time, so no lock is needed.
      struct plug_instance {
        std::optional<size_t> shortest; // letters of a word that counts; none before initialize
      };

      namespace {

      constexpr std::string_view identifier = "{{publisher}}/{{name}}";

      // A failure on its way to the boundary.
      struct Failure : std::runtime_error {
        plug_status status;
        Failure(plug_status status, const char *reason) : std::runtime_error(reason), status(status) {}
      };

      std::string_view view(plug_text text) { return text.length == 0 ? std::string_view() : std::string_view(text.bytes, text.length); }

      void say(const plug_sink *sink, std::string_view text) {
        if (sink == nullptr || text.empty()) return;
        if (sink->write(sink->context, text.data(), text.size()) != 0) throw Failure(PLUG_SINK, "the sink takes no more");
      }

      template <typename Work> plug_status guarded(const plug_sink *error, Work work) noexcept {
        plug_status status = PLUG_FAILED;
        std::string_view reason = "it failed";
        try {
          work();
          return PLUG_OK;
        } catch (const Failure &failure) {
          if (error != nullptr) error->write(error->context, failure.what(), std::string_view(failure.what()).size());
          return failure.status;
        } catch (const std::bad_alloc &) {
          status = PLUG_NO_MEMORY;
          reason = "out of memory";
        } catch (...) {
        }
        if (error != nullptr) error->write(error->context, reason.data(), reason.size());
        return status;
      }

      // ---- What it does ----

      // Words between spaces; a byte that goes on with a UTF-8 letter is no letter of its own.
      size_t count_words(std::string_view text, size_t shortest) {
        size_t words = 0, letters = 0;
        for (char c : text) {
          if (c != ' ' && (c < '\t' || c > '\r')) {
            letters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
          } else {
            words += letters >= shortest;
            letters = 0;
          }
        }
        return words + (letters >= shortest);
      }

      plug_status process(plug_instance *self, plug_text input, const plug_sink *out, const plug_sink *error) {
        return guarded(error, [&] {
          if (!self->shortest) throw Failure(PLUG_STATE, "it is not initialised");
          say(out, std::to_string(count_words(view(input), *self->shortest)) + "\n");
        });
      }

      // ---- Its configuration: {} or {"shortest": 3}, so small that it is read by hand ----

      bool take(std::string_view &rest, std::string_view word) {
        while (!rest.empty() && std::string_view(" \t\r\n").find(rest.front()) != std::string_view::npos) rest.remove_prefix(1);
        if (rest.substr(0, word.size()) != word) return false;
        rest.remove_prefix(word.size());
        return true;
      }

      size_t read_shortest(std::string_view rest) {
        size_t shortest = 1;
        auto need = [&](std::string_view word) {
          if (!take(rest, word)) throw Failure(PLUG_INVALID_CONFIG, "an object is needed, with at most `shortest`: 1 to 100");
        };
        need("{");
        if (!take(rest, "}")) {
          need("\"shortest\"");
          need(":");
          need("");
          auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), shortest);
          if (fault != std::errc() || rest.front() == '0' || shortest > 100) {
            throw Failure(PLUG_INVALID_CONFIG, "`shortest` is a number from 1 to 100");
          }
          rest.remove_prefix(static_cast<size_t>(end - rest.data()));
          need("}");
        }
        need("");
        if (!rest.empty()) throw Failure(PLUG_INVALID_CONFIG, "something follows the object");
        return shortest;
      }

      // ---- The table ----

      plug_status describe(const plug_sink *out) {
        return guarded(nullptr, [&] { say(out, std::string_view(description, static_cast<size_t>(description_end - description))); });
      }

      plug_status create(const plug_host *, plug_text id, plug_instance **instance, const plug_sink *error) {
        return guarded(error, [&] {
          if (view(id) != identifier) throw Failure(PLUG_NOT_FOUND, "this library has another plugin");
          *instance = new plug_instance;
        });
      }

      plug_status initialize(plug_instance *self, plug_text config, const plug_sink *error) {
        return guarded(error, [&] {
          if (self->shortest) throw Failure(PLUG_STATE, "it is initialised already");
          self->shortest = read_shortest(view(config));
        });
      }

      plug_status shut_down(plug_instance *self) {
        self->shortest.reset();
        return PLUG_OK;
      }

      void destroy(plug_instance *self) { delete self; }

      const plug_processor_v1 processor = {sizeof processor, process};

      const void *get_interface(plug_instance *, plug_text name) { return view(name) == PLUG_PROCESSOR ? &processor : nullptr; }

      plug_status metrics(plug_instance *, const plug_sink *out) {
        return guarded(nullptr, [&] { say(out, "{}"); });
      }

      const plug_table table = {sizeof table, PLUG_MAJOR, PLUG_MINOR, describe, create, initialize,
                                shut_down,    destroy,    get_interface, metrics};

      } // namespace

      const plug_table *plug_entry_v1(uint32_t major, uint32_t) { return major == PLUG_MAJOR ? &table : nullptr; }

      """##
    ),
    (
      "cpp", "plugin.yaml",
      ##"""
      schema: 1
      publisher: "{{publisher}}"
      name: "{{name}}"
      version: 0.1.0                  # describe.json says the same
      summary: counts the words of a text
      license: MIT
      host: {{host}}
      type: {{type}}
      requires: { abi: 1 }
      # dependencies: { other_plugin: ^1.2 }
      config: { schema: config.schema.json, example: example_config.yaml }
      build: { command: [make], sources: [plugin.cpp, plug.h, describe.json, exports.map, Makefile] }
      variants:
        - { platform: {{platform}}, library: build/{{name}}.so }
      files: [README.md]

      """##
    ),
    (
      "go-plugin-benana", "Makefile",
      ##"""
      GO ?= go
      LIBRARY = build/{{name}}.so

      # A plugin of Go opens only in a host that was built by the same Go, with the same flags, from the same versions of
      # what both use.
      $(LIBRARY): $(wildcard *.go) go.mod Makefile
      	@mkdir -p build
      	$(GO) build -buildmode=plugin -o $@ .

      .PHONY: test clean
      test: $(LIBRARY)
      	$(GO) test ./...
      	plugctl test .

      clean:
      	rm -rf build

      """##
    ),
    (
      "go-plugin-benana", "README.md",
      ##"""
      # {{name}}

      Notes that are kept in memory and served: a plugin of Go for Benana, by its guide.

      | file | what it is |
      |---|---|
      | `main.go` | the plugin |
      | `go.mod` | its module; `replace` points at `types/` and `fuego/` |
      | `plugin.yaml` | what is packed and published |

      `types/` and `fuego/` declare what Benana's guide prints, so that the project builds alone. For a host of your own let
      `replace` point at its `types` folder, take the one of fuego out, and run `go mod tidy`. The host must have been built by the same Go and from the same packages, or it refuses the plugin.

      ```
      plugctl build               # as `build:` in plugin.yaml says
      plugctl test .              # what can be seen without the host; only the host can open a plugin of Go
      plugctl pack --output dist
      ```

      """##
    ),
    (
      "go-plugin-benana", "fuego/fuego.go",
      ##"""
      // Package fuego stands in for the web framework of this name, as far as Benana's guide uses it. It keeps routes and
      // serves nothing. The real one's functions have more parameters, which the guide leaves out.
      package fuego

      // Server has the routes that were registered.
      type Server struct {
      	Routes []string
      }

      // ContextNoBody is what a handler of GET gets.
      type ContextNoBody interface {
      	PathParam(name string) string
      }

      // ContextWithBody is what a handler of POST gets.
      type ContextWithBody[B any] interface {
      	ContextNoBody
      	Body() (B, error)
      }

      // Get registers a handler.
      func Get[T any](server *Server, path string, handler func(ContextNoBody) (T, error)) {
      	server.Routes = append(server.Routes, "GET "+path)
      }

      // Post registers a handler.
      func Post[T, B any](server *Server, path string, handler func(ContextWithBody[B]) (T, error)) {
      	server.Routes = append(server.Routes, "POST "+path)
      }

      """##
    ),
    (
      "go-plugin-benana", "fuego/go.mod",
      ##"""
      module github.com/go-fuego/fuego

      go 1.19

      """##
    ),
    (
      "go-plugin-benana", "gitignore",
      ##"""
      /build/
      /target/
      /.build/
      *.tar.zst
      *.minisig

      """##
    ),
    (
      "go-plugin-benana", "go.mod",
      ##"""
      module plugin.example/{{publisher}}/{{name}}

      go 1.19

      require (
      	benana/types v0.0.0-00010101000000-000000000000
      	github.com/go-fuego/fuego v0.18.8
      )

      replace (
      	benana/types => ./types
      	github.com/go-fuego/fuego => ./fuego
      )

      """##
    ),
    (
      "go-plugin-benana", "main.go",
      ##"""
      // {{name}}: routes by Benana's guide: notes that are kept in memory.
      package main

      import (
      	"context"
      	"sync"

      	"benana/types"

      	"github.com/go-fuego/fuego"
      )

      type notes struct {
      	lock sync.Mutex
      	all  []string
      }

      // NewPlugin is what the host looks up.
      func NewPlugin() types.PluginInterface {
      	return &notes{}
      }

      func (n *notes) Initialize(ctx context.Context) error {
      	return ctx.Err()
      }

      func (n *notes) GetMetadata() types.PluginMetadata {
      	return types.PluginMetadata{Name: "{{name}}", Version: "0.1.0", Description: "notes that are kept in memory"}
      }

      func (n *notes) RegisterRoutes(server *fuego.Server) error {
      	fuego.Get(server, "/{{name}}", n.list)
      	fuego.Post(server, "/{{name}}", n.add)
      	return nil
      }

      func (n *notes) Cleanup(ctx context.Context) error {
      	n.lock.Lock()
      	defer n.lock.Unlock()
      	n.all = nil
      	return nil
      }

      func (n *notes) list(c fuego.ContextNoBody) ([]string, error) {
      	n.lock.Lock()
      	defer n.lock.Unlock()
      	return append([]string{}, n.all...), nil
      }

      func (n *notes) add(c fuego.ContextWithBody[map[string]string]) (int, error) {
      	body, err := c.Body()
      	if err != nil {
      		return 0, err
      	}
      	n.lock.Lock()
      	defer n.lock.Unlock()
      	n.all = append(n.all, body["text"])
      	return len(n.all), nil
      }

      """##
    ),
    (
      "go-plugin-benana", "plugin.yaml",
      ##"""
      schema: 1
      publisher: "{{publisher}}"
      name: "{{name}}"
      version: 0.1.0                  # main.go says the same
      summary: notes that are kept in memory
      license: MIT
      host: {{host}}
      type: {{type}}
      # dependencies: { other_plugin: ^1.2 }
      build: { command: [make], sources: [main.go, go.mod, Makefile] }
      variants:
        - { platform: {{platform}}, library: build/{{name}}.so }
      files: [README.md]

      """##
    ),
    (
      "go-plugin-benana", "types/go.mod",
      ##"""
      module benana/types

      go 1.19

      require github.com/go-fuego/fuego v0.18.8

      replace github.com/go-fuego/fuego => ../fuego

      """##
    ),
    (
      "go-plugin-benana", "types/types.go",
      ##"""
      // Package types stands in for Benana's: what its guide prints, and no more.
      package types

      import (
      	"context"

      	"github.com/go-fuego/fuego"
      )

      // PluginMetadata has the members that the guide's example fills.
      type PluginMetadata struct {
      	Name        string
      	Version     string
      	Description string
      	Author      string
      }

      // PluginInterface has the guide's four methods.
      type PluginInterface interface {
      	Initialize(ctx context.Context) error
      	GetMetadata() PluginMetadata
      	RegisterRoutes(server *fuego.Server) error
      	Cleanup(ctx context.Context) error
      }

      """##
    ),
    (
      "go-plugin-databridge", "Makefile",
      ##"""
      GO ?= go
      LIBRARY = build/{{name}}.so

      # A plugin of Go opens only in a host that was built by the same Go, with the same flags, from the same versions of
      # what both use.
      $(LIBRARY): $(wildcard *.go) go.mod Makefile
      	@mkdir -p build
      	$(GO) build -buildmode=plugin -o $@ .

      .PHONY: test clean
      test: $(LIBRARY)
      	$(GO) test ./...
      	plugctl test .

      clean:
      	rm -rf build

      """##
    ),
    (
      "go-plugin-databridge", "README.md",
      ##"""
      # {{name}}

      Makes capital letters: a plugin of Go for DataBridge, by its guide.

      | file | what it is |
      |---|---|
      | `main.go` | the plugin |
      | `go.mod` | its module; its path lies below DataBridge's, whose package is internal |
      | `plugin.yaml` | what is packed and published |

      `databridge/` declares what DataBridge's guide prints, so that the project builds alone. For a host of your own let
      `replace` in `go.mod` point at its source. The host must have been built by the same Go and from the same packages, or it refuses the plugin.

      ```
      plugctl build               # as `build:` in plugin.yaml says
      plugctl test .              # what can be seen without the host; only the host can open a plugin of Go
      plugctl pack --output dist
      ```

      """##
    ),
    (
      "go-plugin-databridge", "databridge/go.mod",
      ##"""
      module github.com/shawntherrien/databridge

      go 1.19

      """##
    ),
    (
      "go-plugin-databridge", "databridge/internal/plugin/builtin.go",
      ##"""
      // Package plugin stands in for DataBridge's, as far as its guide registers a processor.
      package plugin

      import (
      	"sort"
      	"sync"

      	"github.com/shawntherrien/databridge/pkg/types"
      )

      // ProcessorInfo says what a processor is.
      type ProcessorInfo struct {
      	ID, Name, Version, Author, Description string
      	Tags                                   []string
      }

      // NewProcessorInfo takes its parts in the order of the guide.
      func NewProcessorInfo(id, name, version, author, description string, tags []string) ProcessorInfo {
      	return ProcessorInfo{id, name, version, author, description, tags}
      }

      // Registered is a processor and how one is made.
      type Registered struct {
      	Info    ProcessorInfo
      	Factory func() types.Processor
      }

      var (
      	lock sync.Mutex
      	all  = map[string]Registered{}
      )

      // RegisterBuiltInProcessor is called by init functions.
      func RegisterBuiltInProcessor(name string, factory func() types.Processor, info ProcessorInfo) {
      	lock.Lock()
      	defer lock.Unlock()
      	all[name] = Registered{info, factory}
      }

      // Processors lists what was registered, by name.
      func Processors() []Registered {
      	lock.Lock()
      	defer lock.Unlock()
      	list := []Registered{}
      	for _, registered := range all {
      		list = append(list, registered)
      	}
      	sort.Slice(list, func(a, b int) bool { return list[a].Info.ID < list[b].Info.ID })
      	return list
      }

      """##
    ),
    (
      "go-plugin-databridge", "databridge/pkg/types/types.go",
      ##"""
      // Package types stands in for DataBridge's. The guide names Processor and prints none of its methods: Process is a
      // guess.
      package types

      // Processor turns data into other data.
      type Processor interface {
      	Process(data []byte) ([]byte, error)
      }

      """##
    ),
    (
      "go-plugin-databridge", "gitignore",
      ##"""
      /build/
      /target/
      /.build/
      *.tar.zst
      *.minisig

      """##
    ),
    (
      "go-plugin-databridge", "go.mod",
      ##"""
      module github.com/shawntherrien/databridge/plugins/{{name}}

      go 1.19

      require github.com/shawntherrien/databridge v0.0.0

      replace github.com/shawntherrien/databridge => ./databridge

      """##
    ),
    (
      "go-plugin-databridge", "main.go",
      ##"""
      // {{name}}: a processor by DataBridge's guide, which registers itself when it is opened.
      package main

      import (
      	"bytes"

      	"github.com/shawntherrien/databridge/internal/plugin"
      	"github.com/shawntherrien/databridge/pkg/types"
      )

      type upper struct{}

      func (upper) Process(data []byte) ([]byte, error) {
      	return bytes.ToUpper(data), nil
      }

      func init() {
      	info := plugin.NewProcessorInfo(
      		"{{name}}", "{{name}}", "0.1.0", "{{publisher}}", "makes capital letters", []string{"text"})
      	plugin.RegisterBuiltInProcessor("{{name}}", func() types.Processor { return upper{} }, info)
      }

      func main() {}

      """##
    ),
    (
      "go-plugin-databridge", "manifest.json",
      ##"""
      {
        "id": "{{name}}",
        "name": "{{name}}",
        "version": "0.1.0",
        "description": "makes capital letters",
        "author": "{{publisher}}",
        "tags": ["text"]
      }

      """##
    ),
    (
      "go-plugin-databridge", "plugin.yaml",
      ##"""
      schema: 1
      publisher: "{{publisher}}"
      name: "{{name}}"
      version: 0.1.0                  # main.go says the same
      summary: makes capital letters
      license: MIT
      host: {{host}}
      type: {{type}}
      # dependencies: { other_plugin: ^1.2 }
      build: { command: [make], sources: [main.go, go.mod, Makefile] }
      variants:
        - { platform: {{platform}}, library: build/{{name}}.so }
      files: [README.md, manifest.json]

      """##
    ),
    (
      "go-plugin-stormdb", "Makefile",
      ##"""
      GO ?= go
      LIBRARY = build/{{name}}.so

      # A plugin of Go opens only in a host that was built by the same Go, with the same flags, from the same versions of
      # what both use.
      $(LIBRARY): $(wildcard *.go) go.mod Makefile
      	@mkdir -p build
      	$(GO) build -buildmode=plugin -o $@ .

      .PHONY: test clean
      test: $(LIBRARY)
      	$(GO) test ./...
      	plugctl test .

      clean:
      	rm -rf build

      """##
    ),
    (
      "go-plugin-stormdb", "README.md",
      ##"""
      # {{name}}

      A workload of counters that are raised and read: a plugin of Go for StormDB, by its guide.

      | file | what it is |
      |---|---|
      | `main.go` | the plugin |
      | `go.mod` | its module; `replace` points at `stormdb/` |
      | `config.schema.json`, `example_config.yaml` | its configuration |
      | `plugin.yaml` | what is packed and published |

      `stormdb/` declares what StormDB's guide prints, so that the project builds alone. For a host of your own take the
      `replace` out of `go.mod` and run `go get github.com/elchinoo/stormdb@VERSION`. The host must have been built by the same Go and from the same packages, or it refuses the plugin.

      ```
      plugctl build               # as `build:` in plugin.yaml says
      plugctl test .              # what can be seen without the host; only the host can open a plugin of Go
      plugctl pack --output dist
      ```

      """##
    ),
    (
      "go-plugin-stormdb", "config.schema.json",
      ##"""
      {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of {{name}}",
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "rows": { "description": "how many counters there are", "type": "integer", "minimum": 1, "default": 100 }
        }
      }

      """##
    ),
    (
      "go-plugin-stormdb", "example_config.yaml",
      ##"""
      # An example of the configuration of {{name}}; config.schema.json says what is allowed.
      rows: 1000

      """##
    ),
    (
      "go-plugin-stormdb", "gitignore",
      ##"""
      /build/
      /target/
      /.build/
      *.tar.zst
      *.minisig

      """##
    ),
    (
      "go-plugin-stormdb", "go.mod",
      ##"""
      module plugin.example/{{publisher}}/{{name}}

      go 1.19

      require github.com/elchinoo/stormdb v0.0.0

      replace github.com/elchinoo/stormdb => ./stormdb

      """##
    ),
    (
      "go-plugin-stormdb", "main.go",
      ##"""
      // {{name}}: a workload by StormDB's guide: counters that are raised and read.
      package main

      import (
      	"database/sql"
      	"fmt"
      	"math/rand"
      	"sync/atomic"

      	"github.com/elchinoo/stormdb/pkg/plugin"
      )

      type counters struct {
      	rows int
      	done int64
      }

      // Initialize takes `rows`; a number that came from YAML or JSON may be of either type.
      func (c *counters) Initialize(config map[string]interface{}) error {
      	c.rows = 100
      	for name, value := range config {
      		if name != "rows" {
      			return fmt.Errorf("there is no option `%s`", name)
      		}
      		switch number := value.(type) {
      		case int:
      			c.rows = number
      		case float64:
      			c.rows = int(number)
      		default:
      			return fmt.Errorf("`rows` is no number")
      		}
      	}
      	if c.rows < 1 {
      		return fmt.Errorf("`rows` must be positive")
      	}
      	return nil
      }

      // GetInfo says what plugin.yaml says.
      func (c *counters) GetInfo() plugin.PluginInfo {
      	return plugin.PluginInfo{Name: "{{name}}", Version: "0.1.0", Description: "counters that are raised and read"}
      }

      func (c *counters) Setup(db *sql.DB) error {
      	if _, err := db.Exec("CREATE TABLE counters (id INTEGER PRIMARY KEY, value BIGINT NOT NULL)"); err != nil {
      		return err
      	}
      	_, err := db.Exec("INSERT INTO counters SELECT id, 0 FROM generate_series(1, $1) AS id", c.rows)
      	return err
      }

      func (c *counters) Cleanup(db *sql.DB) error {
      	_, err := db.Exec("DROP TABLE IF EXISTS counters")
      	return err
      }

      func (c *counters) GetOperationTypes() map[string]int {
      	return map[string]int{"raise": 30, "read": 70}
      }

      func (c *counters) ExecuteOperation(db *sql.DB, operation string) error {
      	id := rand.Intn(c.rows) + 1
      	var err error
      	switch operation {
      	case "raise":
      		_, err = db.Exec("UPDATE counters SET value = value + 1 WHERE id = $1", id)
      	case "read":
      		var value int64
      		err = db.QueryRow("SELECT value FROM counters WHERE id = $1", id).Scan(&value)
      	default:
      		err = fmt.Errorf("there is no operation `%s`", operation)
      	}
      	if err == nil {
      		atomic.AddInt64(&c.done, 1)
      	}
      	return err
      }

      func (c *counters) GetMetrics() map[string]interface{} {
      	return map[string]interface{}{"operations": atomic.LoadInt64(&c.done)}
      }

      // GetPlugin is what the host looks up. Without `//export`: cgo can't export a function that returns a Go type.
      func GetPlugin() plugin.WorkloadPlugin {
      	return &counters{}
      }

      func main() {}

      """##
    ),
    (
      "go-plugin-stormdb", "main_test.go",
      ##"""
      package main

      import "testing"

      func TestOnlyTheOptionsOfTheSchemaAreTaken(t *testing.T) {
      	for _, one := range []struct {
      		config map[string]interface{}
      		works  bool
      	}{
      		{nil, true}, {map[string]interface{}{"rows": 10.0}, true}, {map[string]interface{}{"rows": 0}, false},
      		{map[string]interface{}{"rows": "many"}, false}, {map[string]interface{}{"other": 1}, false},
      	} {
      		if err := GetPlugin().Initialize(one.config); (err == nil) != one.works {
      			t.Errorf("%v: %v", one.config, err)
      		}
      	}
      }

      """##
    ),
    (
      "go-plugin-stormdb", "plugin.yaml",
      ##"""
      schema: 1
      publisher: "{{publisher}}"
      name: "{{name}}"
      version: 0.1.0                  # main.go says the same
      summary: counters that are raised and read
      license: MIT
      host: {{host}}
      type: {{type}}
      # dependencies: { other_plugin: ^1.2 }
      config: { schema: config.schema.json, example: example_config.yaml }
      build: { command: [make], sources: [main.go, go.mod, Makefile] }
      variants:
        - { platform: {{platform}}, library: build/{{name}}.so }
      files: [README.md]

      """##
    ),
    (
      "go-plugin-stormdb", "stormdb/go.mod",
      ##"""
      module github.com/elchinoo/stormdb

      go 1.19

      """##
    ),
    (
      "go-plugin-stormdb", "stormdb/pkg/plugin/plugin.go",
      ##"""
      // Package plugin stands in for StormDB's of this name: what its guide prints, and no more.
      package plugin

      import "database/sql"

      // PluginInfo has the members that the guide's examples fill.
      type PluginInfo struct {
      	Name        string
      	Version     string
      	Description string
      	Author      string
      }

      // WorkloadPlugin is the guide's interface.
      type WorkloadPlugin interface {
      	Initialize(config map[string]interface{}) error
      	GetInfo() PluginInfo
      	Setup(db *sql.DB) error
      	Cleanup(db *sql.DB) error
      	ExecuteOperation(db *sql.DB, operationType string) error
      	GetOperationTypes() map[string]int
      	GetMetrics() map[string]interface{}
      }

      """##
    ),
    (
      "go", "Makefile",
      ##"""
      GO ?= go
      LIBRARY = build/{{name}}.so
      export CGO_CFLAGS ?= -O2 -fvisibility=hidden

      $(LIBRARY): $(wildcard *.go *.c *.h) describe.json exports.map go.mod Makefile
      	@mkdir -p build
      	$(GO) build -trimpath -buildvcs=false -buildmode=c-shared \
      	  -ldflags='-s -w -extldflags=-Wl,--version-script=$(CURDIR)/exports.map' -o $@ .
      	@rm -f build/{{name}}.h

      .PHONY: test clean
      test: $(LIBRARY)
      	$(GO) test ./...
      	plugctl test . --level 4

      clean:
      	rm -rf build

      """##
    ),
    (
      "go", "README.md",
      ##"""
      # {{name}}

      Counts the words of a text: a plugin of `plug.h` in Go, for {{host}}.

      | file | what it is |
      |---|---|
      | `words.go`, `words_test.go` | what it does, in Go alone, and its test (`go test ./...`) |
      | `plugin.go`, `shim.c`, `shim.h` | the way between Go and the table of `plug.h` |
      | `plug.h` | the interface between plugin and host; never edit it |
      | `exports.map` | the one symbol that the library exports |
      | `describe.json` | what the plugin says of itself; its id and version are those of `plugin.yaml` |
      | `config.schema.json`, `example_config.yaml` | its configuration |
      | `plugin.yaml` | what is packed and published |

      ```
      plugctl build               # as `build:` in plugin.yaml says
      plugctl test .              # loads it and calls it, in a process of its own
      plugctl pack --output dist
      ```

      """##
    ),
    (
      "go", "go.mod",
      ##"""
      module plugin.example/{{publisher}}/{{name}}

      go 1.19

      """##
    ),
    (
      "go", "plugin.go",
      ##"""
      // {{name}}: counts the words of a text. Go makes the functions, shim.c the table of their addresses; a Go library stays
      // in its process until that ends.
      package main

      /*
      #include "shim.h"
      */
      import "C"

      import (
      	_ "embed"
      	"fmt"
      	"runtime/cgo"
      	"unsafe"
      )

      const id = "{{publisher}}/{{name}}"

      //go:embed describe.json
      var description []byte

      // A plugin at work. The host makes one call of an instance at a time, so no lock is needed.
      type instance struct {
      	shortest int // letters of a word that counts; 0 before initialize
      }

      func main() {}

      func text(t C.plug_text) []byte {
      	return C.GoBytes(unsafe.Pointer(t.bytes), C.int(t.length))
      }

      func say(sink *C.plug_sink, words []byte) C.plug_status {
      	if sink == nil || len(words) == 0 {
      		return C.PLUG_OK
      	}
      	if C.shim_write(sink, (*C.char)(unsafe.Pointer(&words[0])), C.size_t(len(words))) != 0 {
      		return C.PLUG_SINK
      	}
      	return C.PLUG_OK
      }

      func refuse(sink *C.plug_sink, status C.plug_status, reason string) C.plug_status {
      	say(sink, []byte(reason))
      	return status
      }

      // A panic that left a function would end the process.
      func guard(sink *C.plug_sink, status *C.plug_status) {
      	if fault := recover(); fault != nil {
      		*status = refuse(sink, C.PLUG_FAILED, fmt.Sprint("it panicked: ", fault))
      	}
      }

      func instanceOf(handle C.uintptr_t) *instance {
      	return cgo.Handle(handle).Value().(*instance)
      }

      //export shim_describe
      func shim_describe(out *C.plug_sink) (status C.plug_status) {
      	defer guard(nil, &status)
      	return say(out, description)
      }

      //export shim_create
      func shim_create(name C.plug_text, handle *C.uintptr_t, sink *C.plug_sink) (status C.plug_status) {
      	defer guard(sink, &status)
      	if string(text(name)) != id {
      		return refuse(sink, C.PLUG_NOT_FOUND, "this library has another plugin")
      	}
      	*handle = C.uintptr_t(cgo.NewHandle(&instance{}))
      	return C.PLUG_OK
      }

      //export shim_initialize
      func shim_initialize(handle C.uintptr_t, config C.plug_text, sink *C.plug_sink) (status C.plug_status) {
      	defer guard(sink, &status)
      	self := instanceOf(handle)
      	if self.shortest != 0 {
      		return refuse(sink, C.PLUG_STATE, "it is initialised already")
      	}
      	shortest, err := readShortest(text(config))
      	if err != nil {
      		return refuse(sink, C.PLUG_INVALID_CONFIG, err.Error())
      	}
      	self.shortest = shortest
      	return C.PLUG_OK
      }

      //export shim_shutdown
      func shim_shutdown(handle C.uintptr_t) (status C.plug_status) {
      	defer guard(nil, &status)
      	instanceOf(handle).shortest = 0
      	return C.PLUG_OK
      }

      //export shim_destroy
      func shim_destroy(handle C.uintptr_t) {
      	var status C.plug_status
      	defer guard(nil, &status)
      	cgo.Handle(handle).Delete()
      }

      //export shim_process
      func shim_process(handle C.uintptr_t, input C.plug_text, out, sink *C.plug_sink) (status C.plug_status) {
      	defer guard(sink, &status)
      	self := instanceOf(handle)
      	if self.shortest == 0 {
      		return refuse(sink, C.PLUG_STATE, "it is not initialised")
      	}
      	return say(out, []byte(fmt.Sprintln(countWords(text(input), self.shortest))))
      }

      """##
    ),
    (
      "go", "plugin.yaml",
      ##"""
      schema: 1
      publisher: "{{publisher}}"
      name: "{{name}}"
      version: 0.1.0                  # describe.json says the same
      summary: counts the words of a text
      license: MIT
      host: {{host}}
      type: {{type}}
      requires: { abi: 1 }
      # dependencies: { other_plugin: ^1.2 }
      config: { schema: config.schema.json, example: example_config.yaml }
      build: { command: [make], sources: [plugin.go, words.go, shim.c, shim.h, plug.h, describe.json, exports.map, go.mod, Makefile] }
      variants:
        - { platform: {{platform}}, library: build/{{name}}.so }
      files: [README.md]

      """##
    ),
    (
      "go", "shim.c",
      ##"""
      /* The table in C; each function hands on to Go. */
      #include "plug.h"

      #include <stdlib.h>
      #include <string.h>

      #pragma GCC visibility push(hidden)
      extern plug_status shim_describe(const plug_sink *out);
      extern plug_status shim_create(plug_text id, uintptr_t *handle, const plug_sink *error);
      extern plug_status shim_initialize(uintptr_t handle, plug_text config, const plug_sink *error);
      extern plug_status shim_shutdown(uintptr_t handle);
      extern void shim_destroy(uintptr_t handle);
      extern plug_status shim_process(uintptr_t handle, plug_text input, const plug_sink *out, const plug_sink *error);
      #pragma GCC visibility pop

      struct plug_instance {
        uintptr_t handle;
      };

      static plug_status create(const plug_host *host, plug_text id, plug_instance **instance, const plug_sink *error) {
        (void)host;
        plug_instance *self = calloc(1, sizeof *self);
        if (self == NULL) return PLUG_NO_MEMORY;
        plug_status status = shim_create(id, &self->handle, error);
        if (status == PLUG_OK) *instance = self;
        else free(self);
        return status;
      }

      static plug_status initialize(plug_instance *self, plug_text config, const plug_sink *error) {
        return shim_initialize(self->handle, config, error);
      }

      static plug_status shut_down(plug_instance *self) { return shim_shutdown(self->handle); }

      static void destroy(plug_instance *self) {
        shim_destroy(self->handle);
        free(self);
      }

      static plug_status process(plug_instance *self, plug_text input, const plug_sink *out, const plug_sink *error) {
        return shim_process(self->handle, input, out, error);
      }

      static const plug_processor_v1 processor = {sizeof processor, process};

      static const void *get_interface(plug_instance *self, plug_text name) {
        (void)self;
        size_t length = strlen(PLUG_PROCESSOR);
        return name.length == length && memcmp(name.bytes, PLUG_PROCESSOR, length) == 0 ? &processor : NULL;
      }

      static plug_status metrics(plug_instance *self, const plug_sink *out) {
        (void)self;
        return out == NULL || out->write(out->context, "{}", 2) == 0 ? PLUG_OK : PLUG_SINK;
      }

      static const plug_table table = {sizeof table, PLUG_MAJOR, PLUG_MINOR, shim_describe, create, initialize,
                                       shut_down,    destroy,    get_interface, metrics};

      const plug_table *plug_entry_v1(uint32_t major, uint32_t minor) {
        (void)minor;
        return major == PLUG_MAJOR ? &table : NULL;
      }

      """##
    ),
    (
      "go", "shim.h",
      ##"""
      /* What the two halves call of each other. Go can't see an incomplete struct's members, so an instance is a handle. */
      #ifndef SHIM_H
      #define SHIM_H

      #define plug_entry_v1 shim_declared_only
      #include "plug.h"
      #undef plug_entry_v1

      static inline int shim_write(const plug_sink *sink, const char *bytes, size_t length) {
        return sink->write(sink->context, bytes, length);
      }

      #endif

      """##
    ),
    (
      "go", "words.go",
      ##"""
      package main

      import (
      	"bytes"
      	"encoding/json"
      	"fmt"
      	"unicode/utf8"
      )

      // countWords counts the words between spaces that have so many letters.
      func countWords(text []byte, shortest int) int {
      	count := 0
      	for _, word := range bytes.Fields(text) {
      		if utf8.RuneCount(word) >= shortest {
      			count++
      		}
      	}
      	return count
      }

      // readShortest reads {} or {"shortest": 3}. null is JSON and so would pass for an object without members; so would
      // two objects one after the other.
      func readShortest(config []byte) (int, error) {
      	if trimmed := bytes.TrimLeft(config, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
      		return 0, fmt.Errorf("the configuration is no object")
      	}
      	members := map[string]json.RawMessage{}
      	if err := json.Unmarshal(config, &members); err != nil {
      		return 0, err
      	}
      	shortest := 1
      	for name, value := range members {
      		if name != "shortest" {
      			return 0, fmt.Errorf("there is no option `%.100s`", name)
      		}
      		if err := json.Unmarshal(value, &shortest); err != nil || string(value) == "null" || shortest < 1 || shortest > 100 {
      			return 0, fmt.Errorf("`shortest` is a number from 1 to 100")
      		}
      	}
      	return shortest, nil
      }

      """##
    ),
    (
      "go", "words_test.go",
      ##"""
      package main

      import "testing"

      func TestWordsAreCountedByTheirLetters(t *testing.T) {
      	for _, one := range []struct {
      		text     string
      		shortest int
      		count    int
      	}{{"", 1, 0}, {"the cat and the dog", 1, 5}, {" an owl\n", 3, 1}, {"é éé", 2, 1}} {
      		if count := countWords([]byte(one.text), one.shortest); count != one.count {
      			t.Errorf("%q from %d letters on: %d words, not %d", one.text, one.shortest, count, one.count)
      		}
      	}
      }

      func TestOnlyNumbersOfTheSchemaAreTaken(t *testing.T) {
      	for _, config := range []string{"", "null", "[]", `{"shortest": 0}`, `{"shortest": "3"}`, `{"other": 1}`} {
      		if _, err := readShortest([]byte(config)); err == nil {
      			t.Errorf("%q was taken", config)
      		}
      	}
      }

      """##
    ),
    (
      "rust-workload", "Cargo.toml",
      ##"""
      [package]
      name = "plugin_{{ident}}"
      version = "0.1.0"
      edition = "2021"
      publish = false

      [lib]
      crate-type = ["cdylib"]

      [profile.release]
      strip = "symbols"

      """##
    ),
    (
      "rust-workload", "README.md",
      ##"""
      # {{name}}

      Loads a database: reads rows of a table, writes them and sums them up. A plugin of `plug.workload/1` in Rust, for {{host}}.

      | file | what it is |
      |---|---|
      | `src/load.rs` | what it does: its operations, their weights, its table, with tests (`cargo test`) |
      | `src/database.rs` | a connection to SQLite or PostgreSQL, by the DSN that the host gives |
      | `src/lib.rs` | the table of `plug.h`; no panic leaves a function |
      | `src/abi.rs` | what of `plug.h` it uses, in Rust |
      | `plug.h` | the interface between plugin and host, to read |
      | `describe.json` | what the plugin says of itself; its id and version are those of `plugin.yaml` |
      | `config.schema.json`, `example_config.yaml` | its configuration |
      | `plugin.yaml` | what is packed and published |

      ```
      plugctl build               # as `build:` in plugin.yaml says
      plugctl test .              # loads it and calls it, in a process of its own
      plugctl test . --workload --dsn sqlite:///tmp/{{ident}}.db --duration 10s
      plugctl pack --output dist
      ```

      The third sets the table up, runs the operations by their weights in several sessions, and cleans up. PostgreSQL is
      `postgresql:///test?host=/run/postgresql`. Neither database is needed to build: `libsqlite3.so.0` or `libpq.so.5` is opened
      when a DSN asks for it.

      """##
    ),
    (
      "rust-workload", "config.schema.json",
      ##"""
      {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of {{name}}",
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "rows": {
            "description": "rows of the table",
            "type": "integer",
            "minimum": 1,
            "maximum": 1000000,
            "default": 1000
          },
          "read": {
            "description": "weight of reading a row",
            "type": "integer",
            "minimum": 0,
            "maximum": 1000,
            "default": 70
          },
          "write": {
            "description": "weight of writing a row",
            "type": "integer",
            "minimum": 0,
            "maximum": 1000,
            "default": 25
          },
          "sum": {
            "description": "weight of summing a hundred rows up",
            "type": "integer",
            "minimum": 0,
            "maximum": 1000,
            "default": 5
          }
        },
        "anyOf": [
          { "properties": { "read": { "minimum": 1 } } },
          { "properties": { "write": { "minimum": 1 } } },
          { "properties": { "sum": { "minimum": 1 } } }
        ]
      }

      """##
    ),
    (
      "rust-workload", "describe.json",
      ##"""
      {
        "schema": 1,
        "id": "{{publisher}}/{{name}}",
        "version": "0.1.0",
        "summary": "loads a database: reads, writes and sums",
        "type": "workload",
        "interfaces": ["plug.workload/1", "plug.database/1"],
        "permissions": {"network": true, "spawn": false, "write": true},
        "config": {
          "schema": {"type": "object", "additionalProperties": false, "properties": {
            "rows": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 1000},
            "read": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 70},
            "write": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 25},
            "sum": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 5}
          }, "anyOf": [
            {"properties": {"read": {"minimum": 1}}},
            {"properties": {"write": {"minimum": 1}}},
            {"properties": {"sum": {"minimum": 1}}}
          ]},
          "example": {"rows": 500, "read": 70, "write": 25, "sum": 5}
        }
      }

      """##
    ),
    (
      "rust-workload", "example_config.yaml",
      ##"""
      # An example of the configuration of {{name}}; config.schema.json says what is allowed.
      rows: 500
      read: 70
      write: 25
      sum: 5

      """##
    ),
    (
      "rust-workload", "plugin.yaml",
      ##"""
      schema: 1
      publisher: "{{publisher}}"
      name: "{{name}}"
      version: 0.1.0                  # describe.json says the same
      summary: "loads a database: reads, writes and sums"
      license: MIT
      host: {{host}}
      type: {{type}}
      requires: { abi: 1 }
      # dependencies: { other_plugin: ^1.2 }
      permissions: { network: true, spawn: false, write: true }
      config: { schema: config.schema.json, example: example_config.yaml }
      build: { command: [cargo, build, --release, --offline], sources: [src, describe.json, Cargo.toml] }
      variants:
        - { platform: {{platform}}, library: target/release/libplugin_{{ident}}.so }
      files: [README.md]

      """##
    ),
    (
      "rust-workload", "src/abi.rs",
      ##"""
      //! plug.h in Rust: what this plugin needs of it, member by member.
      #![allow(dead_code)]

      use std::os::raw::{c_char, c_int, c_void};

      pub type Status = i32;
      pub const OK: Status = 0;
      pub const FAILED: Status = 1;
      pub const NOT_FOUND: Status = 2;
      pub const INVALID_CONFIG: Status = 3;
      pub const INVALID_ARGUMENT: Status = 4;
      pub const STATE: Status = 5;
      pub const UNSUPPORTED: Status = 9;
      pub const SINK: Status = 10;
      pub const IO: Status = 11;

      #[repr(C)]
      #[derive(Clone, Copy)]
      pub struct Text {
          pub bytes: *const c_char,
          pub length: usize,
      }

      impl Text {
          /// # Safety
          /// The text must be valid as long as the slice is used.
          pub unsafe fn slice<'a>(self) -> &'a [u8] {
              if self.length == 0 {
                  &[]
              } else {
                  std::slice::from_raw_parts(self.bytes as *const u8, self.length)
              }
          }
      }

      #[repr(C)]
      pub struct Sink {
          pub size: u32,
          pub context: *mut c_void,
          pub write: extern "C" fn(*mut c_void, *const c_char, usize) -> c_int,
      }

      /// Opaque: this plugin asks its host for nothing.
      #[repr(C)]
      pub struct Host {
          pub size: u32,
      }

      #[repr(C)]
      pub struct Table {
          pub size: u32,
          pub major: u16,
          pub minor: u16,
          pub describe: extern "C" fn(*const Sink) -> Status,
          pub create: extern "C" fn(*const Host, Text, *mut *mut crate::Instance, *const Sink) -> Status,
          pub initialize: extern "C" fn(*mut crate::Instance, Text, *const Sink) -> Status,
          pub shutdown: extern "C" fn(*mut crate::Instance) -> Status,
          pub destroy: extern "C" fn(*mut crate::Instance),
          pub get_interface: extern "C" fn(*mut crate::Instance, Text) -> *const c_void,
          pub metrics: extern "C" fn(*mut crate::Instance, *const Sink) -> Status,
      }

      #[repr(C)]
      pub struct Database {
          pub size: u32,
          pub setup: extern "C" fn(*mut crate::Instance, Text, *const Sink) -> Status,
          pub cleanup: extern "C" fn(*mut crate::Instance, Text, *const Sink) -> Status,
      }

      #[repr(C)]
      pub struct Workload {
          pub size: u32,
          pub operations: extern "C" fn(*mut crate::Instance, *const Sink) -> Status,
          pub open: extern "C" fn(*mut crate::Instance, Text, *mut *mut crate::Session, *const Sink) -> Status,
          pub run: extern "C" fn(*mut crate::Session, Text, *const Sink) -> Status,
          pub close: extern "C" fn(*mut crate::Session),
      }

      """##
    ),
    (
      "rust-workload", "src/database.rs",
      ##"""
      //! SQLite and PostgreSQL by their client libraries. These are opened when a DSN asks for them, so that the plugin
      //! builds and loads where neither is.

      use crate::abi::{INVALID_ARGUMENT, IO, UNSUPPORTED};
      use crate::{refuse, Answer, Fault};
      use std::ffi::{c_void, CStr, CString};
      use std::mem::transmute_copy;
      use std::os::raw::{c_char, c_int};
      use std::ptr::{null, null_mut};

      extern "C" {
          fn dlopen(file: *const c_char, flags: c_int) -> *mut c_void;
          fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
      }

      /// A connection, for one thread.
      pub struct Database(Box<dyn Connection>);

      impl Database {
          /// By a DSN: `sqlite:///tmp/a.db`, or one of libpq's, `postgresql://...`.
          pub fn open(dsn: &[u8]) -> Result<Database, Fault> {
              let text = String::from_utf8_lossy(dsn);
              let connection: Box<dyn Connection> = match text.strip_prefix("sqlite://") {
                  Some(path) if path.starts_with('/') => Box::new(Sqlite::open(path)?),
                  _ if text.starts_with("postgresql://") => Box::new(Postgres::open(&text)?),
                  _ => return refuse(INVALID_ARGUMENT, "the DSN is neither sqlite:///PATH nor postgresql://..."),
              };
              Ok(Database(connection))
          }

          /// Runs a statement; the rows that it finds are read and dropped.
          pub fn run(&mut self, sql: &str) -> Answer {
              self.0.run(sql)
          }
      }

      trait Connection {
          fn run(&mut self, sql: &str) -> Answer;
      }

      /// A client library. It stays in the process: not every one survives being closed.
      struct Library {
          file: &'static str,
          handle: *mut c_void,
      }

      impl Library {
          fn open(file: &'static str) -> Result<Library, Fault> {
              const NOW: c_int = 2;
              // SAFETY: the name ends with a zero; what runs at opening is the library's own.
              let handle = unsafe { dlopen(text(file)?.as_ptr(), NOW) };
              match handle.is_null() {
                  false => Ok(Library { file, handle }),
                  true => refuse(UNSUPPORTED, &format!("`{file}` can't be opened")),
              }
          }

          /// # Safety
          /// `F` must be the type of that function, a pointer.
          unsafe fn find<F>(&self, name: &str) -> Result<F, Fault> {
              let function = dlsym(self.handle, text(name)?.as_ptr());
              if function.is_null() {
                  return refuse(UNSUPPORTED, &format!("`{}` has no `{name}`", self.file));
              }
              Ok(transmute_copy(&function))
          }
      }

      /// Text for C.
      fn text(words: &str) -> Result<CString, Fault> {
          CString::new(words).map_err(|_| (INVALID_ARGUMENT, "a zero stands in a text".to_string()))
      }

      /// The first line of what a library says, after its name.
      ///
      /// # Safety
      /// The words must end with a zero and stay while this runs.
      unsafe fn failed(name: &str, words: *const c_char) -> Answer {
          let words = CStr::from_ptr(words).to_string_lossy();
          refuse(IO, &format!("{name}: {}", words.lines().next().unwrap_or("")))
      }

      // ---- SQLite, as sqlite3.h declares it ----

      struct Sqlite {
          connection: *mut c_void,
          exec: extern "C" fn(*mut c_void, *const c_char, *const c_void, *mut c_void, *mut *mut c_char) -> c_int,
          errmsg: extern "C" fn(*mut c_void) -> *const c_char,
          close: extern "C" fn(*mut c_void) -> c_int,
      }

      impl Sqlite {
          fn open(path: &str) -> Result<Sqlite, Fault> {
              const READ_WRITE_CREATE_NO_MUTEX: c_int = 2 | 4 | 0x8000;
              let library = Library::open("libsqlite3.so.0")?;
              // SAFETY: the types are those of sqlite3.h.
              let (open, wait, mut sqlite) = unsafe {
                  let open: extern "C" fn(*const c_char, *mut *mut c_void, c_int, *const c_char) -> c_int =
                      library.find("sqlite3_open_v2")?;
                  let wait: extern "C" fn(*mut c_void, c_int) -> c_int = library.find("sqlite3_busy_timeout")?;
                  let connection = null_mut();
                  let (exec, errmsg) = (library.find("sqlite3_exec")?, library.find("sqlite3_errmsg")?);
                  (open, wait, Sqlite { connection, exec, errmsg, close: library.find("sqlite3_close")? })
              };
              let code = open(text(path)?.as_ptr(), &mut sqlite.connection, READ_WRITE_CREATE_NO_MUTEX, null());
              sqlite.check(code)?;
              wait(sqlite.connection, 10_000);
              // Readers and a writer don't wait for each other; nothing is set aside in files of other folders.
              sqlite.run("PRAGMA journal_mode = WAL; PRAGMA temp_store = MEMORY")?;
              Ok(sqlite)
          }

          fn check(&self, code: c_int) -> Answer {
              match code {
                  0 => Ok(()),
                  // SAFETY: the words are the connection's and stay until its next call.
                  _ => unsafe { failed("SQLite", (self.errmsg)(self.connection)) },
              }
          }
      }

      impl Connection for Sqlite {
          fn run(&mut self, sql: &str) -> Answer {
              self.check((self.exec)(self.connection, text(sql)?.as_ptr(), null(), null_mut(), null_mut()))
          }
      }

      impl Drop for Sqlite {
          fn drop(&mut self) {
              (self.close)(self.connection);
          }
      }

      // ---- PostgreSQL, as libpq-fe.h declares it ----

      struct Postgres {
          connection: *mut c_void,
          exec: extern "C" fn(*mut c_void, *const c_char) -> *mut c_void,
          result: extern "C" fn(*const c_void) -> c_int,
          clear: extern "C" fn(*mut c_void),
          message: extern "C" fn(*const c_void) -> *const c_char,
          finish: extern "C" fn(*mut c_void),
      }

      type Notices = extern "C" fn(*mut c_void, *const c_char);

      /// A server's notices would go to standard error.
      extern "C" fn ignore(_: *mut c_void, _: *const c_char) {}

      impl Postgres {
          fn open(dsn: &str) -> Result<Postgres, Fault> {
              let library = Library::open("libpq.so.5")?;
              // SAFETY: the types are those of libpq-fe.h.
              let (connect, status, set_notices, mut postgres) = unsafe {
                  let connect: extern "C" fn(*const c_char) -> *mut c_void = library.find("PQconnectdb")?;
                  let status: extern "C" fn(*const c_void) -> c_int = library.find("PQstatus")?;
                  let set_notices: extern "C" fn(*mut c_void, Notices, *mut c_void) -> *const c_void =
                      library.find("PQsetNoticeProcessor")?;
                  let postgres = Postgres {
                      connection: null_mut(),
                      exec: library.find("PQexec")?,
                      result: library.find("PQresultStatus")?,
                      clear: library.find("PQclear")?,
                      message: library.find("PQerrorMessage")?,
                      finish: library.find("PQfinish")?,
                  };
                  (connect, status, set_notices, postgres)
              };
              postgres.connection = connect(text(dsn)?.as_ptr());
              postgres.check(status(postgres.connection) == 0)?;
              set_notices(postgres.connection, ignore, null_mut());
              Ok(postgres)
          }

          fn check(&self, is_good: bool) -> Answer {
              match is_good {
                  true => Ok(()),
                  // SAFETY: the words are the connection's and stay until its next call.
                  false => unsafe { failed("PostgreSQL", (self.message)(self.connection)) },
              }
          }
      }

      impl Connection for Postgres {
          fn run(&mut self, sql: &str) -> Answer {
              const COMMAND_OK: c_int = 1;
              const TUPLES_OK: c_int = 2;
              let result = (self.exec)(self.connection, text(sql)?.as_ptr());
              let code = (self.result)(result);
              (self.clear)(result);
              self.check(code == COMMAND_OK || code == TUPLES_OK)
          }
      }

      impl Drop for Postgres {
          fn drop(&mut self) {
              (self.finish)(self.connection);
          }
      }

      """##
    ),
    (
      "rust-workload", "src/lib.rs",
      ##"""
      //! {{name}}: loads a database by reading, writing and summing rows of a table. No panic leaves a function: each goes
      //! through `guarded`.

      mod abi;
      mod database;
      mod load;

      use abi::*;
      use load::{Options, Random, OPERATIONS};
      use std::ffi::c_void;
      use std::panic::{catch_unwind, AssertUnwindSafe};
      use std::sync::atomic::{AtomicU64, Ordering};
      use std::sync::{Arc, Once};

      static DESCRIPTION: &str = include_str!("../describe.json");
      const ID: &[u8] = b"{{publisher}}/{{name}}";

      /// A plugin at work. The host makes one call of an instance at a time, so no lock is needed.
      pub struct Instance {
          /// None before `initialize`.
          options: Option<Options>,
          counts: Arc<Counts>,
      }

      /// What sessions did; they run at once.
      #[derive(Default)]
      struct Counts {
          done: [AtomicU64; OPERATIONS.len()],
          failed: AtomicU64,
          sessions: AtomicU64,
      }

      /// One thread's work. It has nothing of its instance but the counts.
      pub struct Session {
          database: database::Database,
          rows: u64,
          random: Random,
          counts: Arc<Counts>,
      }

      type Fault = (Status, String);
      type Answer = Result<(), Fault>;

      fn refuse<T>(status: Status, reason: &str) -> Result<T, Fault> {
          Err((status, reason.to_string()))
      }

      fn say(sink: *const Sink, bytes: &[u8]) -> Answer {
          // SAFETY: sinks are valid during the call that got them.
          match unsafe { sink.as_ref() } {
              Some(sink) if !bytes.is_empty() => match (sink.write)(sink.context, bytes.as_ptr() as *const _, bytes.len()) {
                  0 => Ok(()),
                  _ => refuse(SINK, "the sink takes no more"),
              },
              _ => Ok(()),
          }
      }

      fn guarded(error: *const Sink, work: impl FnOnce() -> Answer) -> Status {
          // A panic would print; this library has its own copy of the hook, so only its own panics become silent.
          static QUIET: Once = Once::new();
          QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
          match catch_unwind(AssertUnwindSafe(work)) {
              Ok(Ok(())) => OK,
              Ok(Err((status, reason))) => {
                  let _ = say(error, reason.as_bytes());
                  status
              }
              Err(_) => {
                  let _ = say(error, b"it panicked");
                  FAILED
              }
          }
      }

      // ---- plug.database/1 and plug.workload/1 ----

      /// An instance with its options, during a call.
      fn ready<'a>(instance: *mut Instance) -> Result<(&'a Instance, &'a Options), Fault> {
          // SAFETY: the instance is one that create made, and initialize and shutdown don't run meanwhile.
          let instance = unsafe { &*instance };
          match &instance.options {
              Some(options) => Ok((instance, options)),
              None => refuse(STATE, "it is not initialised"),
          }
      }

      fn open(dsn: Text) -> Result<database::Database, Fault> {
          // SAFETY: the text is valid during the call.
          database::Database::open(unsafe { dsn.slice() })
      }

      extern "C" fn setup(instance: *mut Instance, dsn: Text, error: *const Sink) -> Status {
          guarded(error, || {
              let (_, options) = ready(instance)?;
              let mut database = open(dsn)?;
              load::setup(options.rows).iter().try_for_each(|step| database.run(step))
          })
      }

      extern "C" fn cleanup(instance: *mut Instance, dsn: Text, error: *const Sink) -> Status {
          guarded(error, || {
              ready(instance)?;
              open(dsn)?.run(&load::cleanup())
          })
      }

      extern "C" fn operations(instance: *mut Instance, out: *const Sink) -> Status {
          guarded(std::ptr::null(), || {
              let (_, options) = ready(instance)?;
              let weights = OPERATIONS.iter().zip(options.weights).map(|(name, weight)| format!("\"{name}\": {weight}"));
              say(out, format!("{{{}}}", weights.collect::<Vec<_>>().join(", ")).as_bytes())
          })
      }

      extern "C" fn open_session(
          instance: *mut Instance,
          dsn: Text,
          session: *mut *mut Session,
          error: *const Sink,
      ) -> Status {
          guarded(error, || {
              let (instance, options) = ready(instance)?;
              let (database, counts) = (open(dsn)?, instance.counts.clone());
              // Each session has its own rows, and the same ones in the next run.
              let random = Random(counts.sessions.fetch_add(1, Ordering::Relaxed) << 32);
              let opened = Session { database, rows: options.rows, random, counts };
              // SAFETY: the place of the session is the caller's.
              unsafe { *session = Box::into_raw(Box::new(opened)) };
              Ok(())
          })
      }

      extern "C" fn run(session: *mut Session, operation: Text, error: *const Sink) -> Status {
          guarded(error, || {
              // SAFETY: the session is one that open made, and belongs to this thread.
              let (session, name) = unsafe { (&mut *session, operation.slice()) };
              let place = OPERATIONS.iter().position(|operation| operation.as_bytes() == name);
              let place = place.ok_or((NOT_FOUND, "there is no such operation".to_string()))?;
              let row = session.random.row(session.rows);
              let answer = session.database.run(&load::statement(place, row));
              let counts = &session.counts;
              let count = if answer.is_ok() { &counts.done[place] } else { &counts.failed };
              count.fetch_add(1, Ordering::Relaxed);
              answer
          })
      }

      extern "C" fn close_session(session: *mut Session) {
          guarded(std::ptr::null(), || {
              // SAFETY: open made it with Box, and nobody uses it any more.
              drop(unsafe { Box::from_raw(session) });
              Ok(())
          });
      }

      static DATABASE: abi::Database = abi::Database { size: std::mem::size_of::<abi::Database>() as u32, setup, cleanup };

      static WORKLOAD: Workload = Workload {
          size: std::mem::size_of::<Workload>() as u32,
          operations,
          open: open_session,
          run,
          close: close_session,
      };

      // ---- The table ----

      extern "C" fn describe(out: *const Sink) -> Status {
          guarded(std::ptr::null(), || say(out, DESCRIPTION.as_bytes()))
      }

      extern "C" fn create(_: *const Host, id: Text, instance: *mut *mut Instance, error: *const Sink) -> Status {
          guarded(error, || {
              // SAFETY: the text and the place of the instance are the caller's, valid during the call.
              unsafe {
                  if id.slice() != ID {
                      return refuse(NOT_FOUND, "this library has another plugin");
                  }
                  *instance = Box::into_raw(Box::new(Instance { options: None, counts: Arc::default() }));
              }
              Ok(())
          })
      }

      extern "C" fn initialize(instance: *mut Instance, config: Text, error: *const Sink) -> Status {
          guarded(error, || {
              // SAFETY: the instance is one that create made, and no other call of it runs.
              let (instance, config) = unsafe { (&mut *instance, config.slice()) };
              if instance.options.is_some() {
                  return refuse(STATE, "it is initialised already");
              }
              instance.options = Some(load::options(config).map_err(|reason| (INVALID_CONFIG, reason.to_string()))?);
              Ok(())
          })
      }

      extern "C" fn shutdown(instance: *mut Instance) -> Status {
          guarded(std::ptr::null(), || {
              // SAFETY: as in initialize.
              unsafe { &mut *instance }.options = None;
              Ok(())
          })
      }

      extern "C" fn destroy(instance: *mut Instance) {
          guarded(std::ptr::null(), || {
              // SAFETY: create made it with Box, and nobody uses it any more.
              drop(unsafe { Box::from_raw(instance) });
              Ok(())
          });
      }

      extern "C" fn get_interface(_: *mut Instance, name: Text) -> *const c_void {
          // SAFETY: the text is valid during the call.
          match unsafe { name.slice() } {
              b"plug.workload/1" => &WORKLOAD as *const Workload as *const c_void,
              b"plug.database/1" => &DATABASE as *const abi::Database as *const c_void,
              _ => std::ptr::null(),
          }
      }

      extern "C" fn metrics(instance: *mut Instance, out: *const Sink) -> Status {
          guarded(std::ptr::null(), || {
              // SAFETY: as in ready.
              let counts = unsafe { &(*instance).counts };
              let done = OPERATIONS.iter().zip(&counts.done);
              let done = done.map(|(name, count)| format!("\"{name}\": {}, ", count.load(Ordering::Relaxed)));
              let failed = counts.failed.load(Ordering::Relaxed);
              say(out, format!("{{{}\"failed\": {failed}}}", done.collect::<String>()).as_bytes())
          })
      }

      static TABLE: Table = Table {
          size: std::mem::size_of::<Table>() as u32,
          major: 1,
          minor: 0,
          describe,
          create,
          initialize,
          shutdown,
          destroy,
          get_interface,
          metrics,
      };

      #[no_mangle]
      pub extern "C" fn plug_entry_v1(major: u32, _minor: u32) -> *const Table {
          if major == 1 {
              &TABLE
          } else {
              std::ptr::null()
          }
      }

      """##
    ),
    (
      "rust-workload", "src/load.rs",
      ##"""
      //! What the plugin does, in Rust alone. Its SQL is what SQLite and PostgreSQL both take.

      const TABLE: &str = "{{ident}}_rows";

      /// The names of the operations; an option of that name is its weight.
      pub const OPERATIONS: [&str; 3] = ["read", "write", "sum"];

      /// The configuration.
      #[derive(Clone, Debug, PartialEq)]
      pub struct Options {
          pub rows: u64,
          /// In the order of `OPERATIONS`.
          pub weights: [u64; 3],
      }

      /// Statements that make the table anew.
      pub fn setup(rows: u64) -> Vec<String> {
          vec![
              "BEGIN".to_string(),
              cleanup(),
              format!("CREATE TABLE {TABLE} (id INTEGER PRIMARY KEY, hits BIGINT NOT NULL)"),
              format!(
                  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
                   INSERT INTO {TABLE} (id, hits) SELECT i, 0 FROM n"
              ),
              "COMMIT".to_string(),
          ]
      }

      /// The statement that takes the table away.
      pub fn cleanup() -> String {
          format!("DROP TABLE IF EXISTS {TABLE}")
      }

      /// The statement of an operation, by its place in `OPERATIONS`, upon a row.
      pub fn statement(operation: usize, row: u64) -> String {
          match OPERATIONS[operation] {
              "read" => format!("SELECT hits FROM {TABLE} WHERE id = {row}"),
              "write" => format!("UPDATE {TABLE} SET hits = hits + 1 WHERE id = {row}"),
              _ => format!("SELECT sum(hits) FROM {TABLE} WHERE id BETWEEN {row} AND {}", row + 99),
          }
      }

      /// Numbers by splitmix64.
      pub struct Random(pub u64);

      impl Random {
          /// The number of a row.
          pub fn row(&mut self, rows: u64) -> u64 {
              self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
              let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58476d1ce4e5b9);
              let z = (z ^ z >> 27).wrapping_mul(0x94d049bb133111eb);
              (z ^ z >> 31) % rows + 1
          }
      }

      /// An object of whole numbers, so small that it is read by hand; an error says what is wrong.
      pub fn options(config: &[u8]) -> Result<Options, &'static str> {
          let blank = |c: char| " \t\r\n".contains(c);
          let mut options = Options { rows: 1000, weights: [70, 25, 5] };
          let text = std::str::from_utf8(config).map_err(|_| "the configuration is no UTF-8")?.trim_matches(blank);
          let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
          let inner = inner.ok_or("the configuration is no object")?.trim_matches(blank);
          for member in inner.split(',').filter(|_| !inner.is_empty()) {
              let (name, value) = member.split_once(':').ok_or("the configuration is no object")?;
              let name = name.trim_matches(blank).strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
              let value = number(value.trim_matches(blank)).ok_or("an option is no whole number")?;
              match OPERATIONS.iter().position(|operation| Some(*operation) == name) {
                  Some(place) if value <= 1000 => options.weights[place] = value,
                  None if name == Some("rows") && (1..=1_000_000).contains(&value) => options.rows = value,
                  _ => return Err("there are `rows` from 1 to 1000000, `read`, `write` and `sum` from 0 to 1000"),
              }
          }
          match options.weights {
              [0, 0, 0] => Err("all weights are 0"),
              _ => Ok(options),
          }
      }

      /// `parse` alone would take `+3` and `03`.
      fn number(text: &str) -> Option<u64> {
          text.parse::<u64>().ok().filter(|number| number.to_string() == text)
      }

      #[cfg(test)]
      mod tests {
          use super::*;

          #[test]
          fn what_is_not_said_is_as_usual() {
              assert_eq!(options(b" {} "), Ok(Options { rows: 1000, weights: [70, 25, 5] }));
              let some = options(b"{\"sum\": 0, \"rows\" : 7}");
              assert_eq!(some, Ok(Options { rows: 7, weights: [70, 25, 0] }));
          }

          #[test]
          fn only_options_of_the_schema_are_taken() {
              let wrong = [
                  "", "null", "[]", "{\"rows\": 0}", "{\"rows\": \"3\"}", "{\"other\": 1}", "{\"read\": 1001}", "{,}",
                  "{\"rows\": 1,}", "{\"read\": 0, \"write\": 0, \"sum\": 0}",
              ];
              for config in wrong {
                  assert!(options(config.as_bytes()).is_err(), "{config}");
              }
          }

          #[test]
          fn rows_are_of_the_table() {
              let mut random = Random(1);
              assert!((0..1000).all(|_| (1..=3).contains(&random.row(3))));
          }
      }

      """##
    ),
    (
      "rust", "Cargo.toml",
      ##"""
      [package]
      name = "plugin_{{ident}}"
      version = "0.1.0"
      edition = "2021"
      publish = false

      [lib]
      crate-type = ["cdylib"]

      [profile.release]
      strip = "symbols"

      """##
    ),
    (
      "rust", "README.md",
      ##"""
      # {{name}}

      Counts the words of a text: a plugin of `plug.h` in Rust, for {{host}}.

      | file | what it is |
      |---|---|
      | `src/words.rs` | what it does, with its tests (`cargo test`) |
      | `src/lib.rs` | the table of `plug.h`; no panic leaves a function |
      | `src/abi.rs` | what of `plug.h` it uses, in Rust |
      | `plug.h` | the interface between plugin and host, to read |
      | `describe.json` | what the plugin says of itself; its id and version are those of `plugin.yaml` |
      | `config.schema.json`, `example_config.yaml` | its configuration |
      | `plugin.yaml` | what is packed and published |

      ```
      plugctl build               # as `build:` in plugin.yaml says
      plugctl test .              # loads it and calls it, in a process of its own
      plugctl pack --output dist
      ```

      """##
    ),
    (
      "rust", "plugin.yaml",
      ##"""
      schema: 1
      publisher: "{{publisher}}"
      name: "{{name}}"
      version: 0.1.0                  # describe.json says the same
      summary: counts the words of a text
      license: MIT
      host: {{host}}
      type: {{type}}
      requires: { abi: 1 }
      # dependencies: { other_plugin: ^1.2 }
      config: { schema: config.schema.json, example: example_config.yaml }
      build: { command: [cargo, build, --release, --offline], sources: [src, describe.json, Cargo.toml] }
      variants:
        - { platform: {{platform}}, library: target/release/libplugin_{{ident}}.so }
      files: [README.md]

      """##
    ),
    (
      "rust", "src/abi.rs",
      ##"""
      //! plug.h in Rust: what this plugin needs of it, member by member.
      #![allow(dead_code)]

      use std::os::raw::{c_char, c_int, c_void};

      pub type Status = i32;
      pub const OK: Status = 0;
      pub const FAILED: Status = 1;
      pub const NOT_FOUND: Status = 2;
      pub const INVALID_CONFIG: Status = 3;
      pub const INVALID_ARGUMENT: Status = 4;
      pub const STATE: Status = 5;
      pub const SINK: Status = 10;

      #[repr(C)]
      #[derive(Clone, Copy)]
      pub struct Text {
          pub bytes: *const c_char,
          pub length: usize,
      }

      impl Text {
          /// # Safety
          /// The text must be valid as long as the slice is used.
          pub unsafe fn slice<'a>(self) -> &'a [u8] {
              if self.length == 0 {
                  &[]
              } else {
                  std::slice::from_raw_parts(self.bytes as *const u8, self.length)
              }
          }
      }

      #[repr(C)]
      pub struct Sink {
          pub size: u32,
          pub context: *mut c_void,
          pub write: extern "C" fn(*mut c_void, *const c_char, usize) -> c_int,
      }

      /// Opaque: this plugin asks its host for nothing.
      #[repr(C)]
      pub struct Host {
          pub size: u32,
      }

      #[repr(C)]
      pub struct Table {
          pub size: u32,
          pub major: u16,
          pub minor: u16,
          pub describe: extern "C" fn(*const Sink) -> Status,
          pub create: extern "C" fn(*const Host, Text, *mut *mut crate::Instance, *const Sink) -> Status,
          pub initialize: extern "C" fn(*mut crate::Instance, Text, *const Sink) -> Status,
          pub shutdown: extern "C" fn(*mut crate::Instance) -> Status,
          pub destroy: extern "C" fn(*mut crate::Instance),
          pub get_interface: extern "C" fn(*mut crate::Instance, Text) -> *const c_void,
          pub metrics: extern "C" fn(*mut crate::Instance, *const Sink) -> Status,
      }

      #[repr(C)]
      pub struct Processor {
          pub size: u32,
          pub process: extern "C" fn(*mut crate::Instance, Text, *const Sink, *const Sink) -> Status,
      }

      """##
    ),
    (
      "rust", "src/lib.rs",
      ##"""
      //! {{name}}: counts the words of a text. No panic leaves a function: each goes through `guarded`.

      mod abi;
      mod words;

      use abi::*;
      use std::ffi::c_void;
      use std::panic::{catch_unwind, AssertUnwindSafe};
      use std::sync::Once;

      static DESCRIPTION: &str = include_str!("../describe.json");
      const ID: &[u8] = b"{{publisher}}/{{name}}";

      /// A plugin at work. The host makes one call of an instance at a time, so no lock is needed.
      pub struct Instance {
          /// Letters of a word that counts; none before `initialize`.
          shortest: Option<usize>,
      }

      type Answer = Result<(), (Status, String)>;

      fn refuse(status: Status, reason: &str) -> Answer {
          Err((status, reason.to_string()))
      }

      fn say(sink: *const Sink, bytes: &[u8]) -> Answer {
          // SAFETY: sinks are valid during the call that got them.
          match unsafe { sink.as_ref() } {
              Some(sink) if !bytes.is_empty() => match (sink.write)(sink.context, bytes.as_ptr() as *const _, bytes.len()) {
                  0 => Ok(()),
                  _ => refuse(SINK, "the sink takes no more"),
              },
              _ => Ok(()),
          }
      }

      fn guarded(error: *const Sink, work: impl FnOnce() -> Answer) -> Status {
          // A panic would print; this library has its own copy of the hook, so only its own panics become silent.
          static QUIET: Once = Once::new();
          QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
          match catch_unwind(AssertUnwindSafe(work)) {
              Ok(Ok(())) => OK,
              Ok(Err((status, reason))) => {
                  let _ = say(error, reason.as_bytes());
                  status
              }
              Err(_) => {
                  let _ = say(error, b"it panicked");
                  FAILED
              }
          }
      }

      extern "C" fn describe(out: *const Sink) -> Status {
          guarded(std::ptr::null(), || say(out, DESCRIPTION.as_bytes()))
      }

      extern "C" fn create(_: *const Host, id: Text, instance: *mut *mut Instance, error: *const Sink) -> Status {
          guarded(error, || {
              // SAFETY: the text and the place of the instance are the caller's, valid during the call.
              unsafe {
                  if id.slice() != ID {
                      return refuse(NOT_FOUND, "this library has another plugin");
                  }
                  *instance = Box::into_raw(Box::new(Instance { shortest: None }));
              }
              Ok(())
          })
      }

      extern "C" fn initialize(instance: *mut Instance, config: Text, error: *const Sink) -> Status {
          guarded(error, || {
              // SAFETY: the instance is one that create made, and no other call of it runs.
              let (instance, config) = unsafe { (&mut *instance, config.slice()) };
              if instance.shortest.is_some() {
                  return refuse(STATE, "it is initialised already");
              }
              instance.shortest = Some(words::shortest(config).map_err(|reason| (INVALID_CONFIG, reason.to_string()))?);
              Ok(())
          })
      }

      extern "C" fn shutdown(instance: *mut Instance) -> Status {
          guarded(std::ptr::null(), || {
              // SAFETY: as in initialize.
              unsafe { &mut *instance }.shortest = None;
              Ok(())
          })
      }

      extern "C" fn destroy(instance: *mut Instance) {
          guarded(std::ptr::null(), || {
              // SAFETY: create made it with Box, and nobody uses it any more.
              drop(unsafe { Box::from_raw(instance) });
              Ok(())
          });
      }

      extern "C" fn process(instance: *mut Instance, input: Text, out: *const Sink, error: *const Sink) -> Status {
          guarded(error, || {
              // SAFETY: as in initialize.
              let (instance, input) = unsafe { (&*instance, input.slice()) };
              match instance.shortest {
                  Some(shortest) => {
                      let count = words::count(&String::from_utf8_lossy(input), shortest);
                      say(out, format!("{count}\n").as_bytes())
                  }
                  None => refuse(STATE, "it is not initialised"),
              }
          })
      }

      static PROCESSOR: Processor = Processor { size: std::mem::size_of::<Processor>() as u32, process };

      extern "C" fn get_interface(_: *mut Instance, name: Text) -> *const c_void {
          // SAFETY: the text is valid during the call.
          match unsafe { name.slice() } {
              b"plug.processor/1" => &PROCESSOR as *const Processor as *const c_void,
              _ => std::ptr::null(),
          }
      }

      extern "C" fn metrics(_: *mut Instance, out: *const Sink) -> Status {
          guarded(std::ptr::null(), || say(out, b"{}"))
      }

      static TABLE: Table = Table {
          size: std::mem::size_of::<Table>() as u32,
          major: 1,
          minor: 0,
          describe,
          create,
          initialize,
          shutdown,
          destroy,
          get_interface,
          metrics,
      };

      #[no_mangle]
      pub extern "C" fn plug_entry_v1(major: u32, _minor: u32) -> *const Table {
          if major == 1 {
              &TABLE
          } else {
              std::ptr::null()
          }
      }

      """##
    ),
    (
      "rust", "src/words.rs",
      ##"""
      //! What the plugin does, in Rust alone.

      /// Words between spaces that have at least so many letters.
      pub fn count(text: &str, shortest: usize) -> usize {
          text.split_whitespace().filter(|word| word.chars().count() >= shortest).count()
      }

      /// `{}` or `{"shortest": 3}`, so small that it is read by hand; an error says what is wrong.
      pub fn shortest(config: &[u8]) -> Result<usize, &'static str> {
          let blank = |c: char| " \t\r\n".contains(c);
          let text = std::str::from_utf8(config).map_err(|_| "the configuration is no UTF-8")?.trim_matches(blank);
          let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
          let inner = inner.ok_or("the configuration is no object")?.trim_matches(blank);
          if inner.is_empty() {
              return Ok(1);
          }
          let (name, value) = inner.split_once(':').ok_or("the configuration is no object")?;
          if name.trim_matches(blank) != "\"shortest\"" {
              return Err("there is no option but `shortest`");
          }
          let value = value.trim_matches(blank);
          // `parse` would take `+3` and `03`.
          match value.parse::<usize>() {
              Ok(number) if (1..=100).contains(&number) && number.to_string() == value => Ok(number),
              _ => Err("`shortest` is a number from 1 to 100"),
          }
      }

      #[cfg(test)]
      mod tests {
          use super::*;

          #[test]
          fn words_are_counted_by_their_letters() {
              assert_eq!(count("the cat and the dog", 1), 5);
              assert_eq!(count(" an owl\n", 3), 1);
              assert_eq!(count("é éé", 2), 1);
          }

          #[test]
          fn only_numbers_of_the_schema_are_taken() {
              assert_eq!(shortest(b" { \"shortest\" : 3 } "), Ok(3));
              for config in ["", "null", "[]", "{\"shortest\": 0}", "{\"shortest\": \"3\"}", "{\"other\": 1}"] {
                  assert!(shortest(config.as_bytes()).is_err(), "{config}");
              }
          }
      }

      """##
    ),
    (
      "swift", "Makefile",
      ##"""
      SWIFTC ?= swiftc
      LIBRARY = build/{{name}}.so

      # Swift's own library is linked in and its symbols are hidden, so the host needs no Swift; but it stays in the process.
      $(LIBRARY): Plugin.swift Options.swift plug.h module.modulemap describe.json exports.map Makefile
      	@mkdir -p build
      	@{ echo 'let description = #"""'; cat describe.json; echo '"""#'; } >build/Description.swift
      	$(SWIFTC) -swift-version 6 -O -emit-library -static-stdlib -module-name Plugin -I . \
      	  -module-cache-path build/modules Plugin.swift Options.swift build/Description.swift -o $@ \
      	  -Xlinker --version-script=exports.map -Xlinker -z -Xlinker nodelete

      .PHONY: test clean
      test: $(LIBRARY)
      	plugctl test . --level 4

      clean:
      	rm -rf build

      """##
    ),
    (
      "swift", "Options.swift",
      ##"""
      /// Reads `{}` and `{"shortest": 3}`, so small that it is done by hand.
      struct OptionsReader {
        private var rest: ArraySlice<UInt8>

        /// Letters of a word that counts; nil where the configuration is something else.
        static func shortest(in bytes: UnsafeRawBufferPointer) -> Int? {
          var reader = OptionsReader(rest: Array(bytes)[...])
          guard reader.take("{") else { return nil }
          var shortest = 1
          if !reader.take("}") {
            guard reader.take("\"shortest\""), reader.take(":"), let number = reader.number(),
              reader.take("}")
            else { return nil }
            shortest = number
          }
          reader.skipSpace()
          return reader.rest.isEmpty ? shortest : nil
        }

        private mutating func skipSpace() {
          rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
        }

        private mutating func take(_ word: String) -> Bool {
          skipSpace()
          guard rest.starts(with: word.utf8) else { return false }
          rest = rest.dropFirst(word.utf8.count)
          return true
        }

        private mutating func number() -> Int? {
          skipSpace()
          let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
          rest = rest.dropFirst(digits.count)
          guard digits.first != 0x30, let number = Int(String(decoding: digits, as: UTF8.self)),
            number <= 100
          else { return nil }
          return number
        }
      }

      """##
    ),
    (
      "swift", "Plugin.swift",
      ##"""
      // {{name}}: counts the words of a text. plug.h says what each function must do.
      import CPlug

      private let identifier = "{{publisher}}/{{name}}"

      /// What a call of the table ends with when it can't do what it shall.
      private struct Failure: Error {
        let status: plug_status
        let reason: String
      }

      /// A plugin at work. The host makes one call of an instance at a time, so no lock is needed.
      private final class Instance {
        /// Letters of a word that counts; nil before initialize.
        var shortest: Int?
      }

      extension plug_text {
        fileprivate var buffer: UnsafeRawBufferPointer {
          UnsafeRawBufferPointer(start: length == 0 ? nil : bytes, count: length)
        }
      }

      private func say(_ sink: UnsafePointer<plug_sink>?, _ words: String) throws(Failure) {
        guard let sink, !words.isEmpty else { return }
        var words = words
        let code = words.withUTF8 { bytes in
          bytes.withMemoryRebound(to: CChar.self) {
            sink.pointee.write(sink.pointee.context, $0.baseAddress, $0.count)
          }
        }
        if code != 0 { throw Failure(status: plug_status(PLUG_SINK), reason: "the sink takes no more") }
      }

      private func answering(_ sink: UnsafePointer<plug_sink>?, _ work: () throws(Failure) -> Void)
        -> plug_status
      {
        do throws(Failure) {
          try work()
          return plug_status(PLUG_OK)
        } catch {
          try? say(sink, error.reason)
          return error.status
        }
      }

      private func instance(_ pointer: OpaquePointer?) -> Instance {
        // SAFETY: a host gives back what `create` gave it.
        Unmanaged<Instance>.fromOpaque(UnsafeRawPointer(pointer!)).takeUnretainedValue()
      }

      private func create(
        _ host: UnsafePointer<plug_host>?, _ id: plug_text,
        _ place: UnsafeMutablePointer<OpaquePointer?>?, _ sink: UnsafePointer<plug_sink>?
      ) -> plug_status {
        answering(sink) { () throws(Failure) in
          guard id.buffer.elementsEqual(identifier.utf8) else {
            throw Failure(status: plug_status(PLUG_NOT_FOUND), reason: "this library has another plugin")
          }
          place?.pointee = OpaquePointer(Unmanaged.passRetained(Instance()).toOpaque())
        }
      }

      private func initialize(
        _ pointer: OpaquePointer?, _ config: plug_text, _ sink: UnsafePointer<plug_sink>?
      ) -> plug_status {
        answering(sink) { () throws(Failure) in
          if instance(pointer).shortest != nil {
            throw Failure(status: plug_status(PLUG_STATE), reason: "it is initialised already")
          }
          guard let shortest = OptionsReader.shortest(in: config.buffer) else {
            let reason = "an object is needed, with at most `shortest`: 1 to 100"
            throw Failure(status: plug_status(PLUG_INVALID_CONFIG), reason: reason)
          }
          instance(pointer).shortest = shortest
        }
      }

      private func process(
        _ pointer: OpaquePointer?, _ input: plug_text, _ out: UnsafePointer<plug_sink>?,
        _ sink: UnsafePointer<plug_sink>?
      ) -> plug_status {
        answering(sink) { () throws(Failure) in
          guard let shortest = instance(pointer).shortest else {
            throw Failure(status: plug_status(PLUG_STATE), reason: "it is not initialised")
          }
          let words = String(decoding: input.buffer, as: UTF8.self).split { $0.isWhitespace }
          try say(out, "\(words.filter { $0.unicodeScalars.count >= shortest }.count)\n")
        }
      }

      // SAFETY: both are written once, before anybody has them, and only read afterwards.
      nonisolated(unsafe) private let processor: UnsafeMutablePointer<plug_processor_v1> = {
        let made = UnsafeMutablePointer<plug_processor_v1>.allocate(capacity: 1)
        made.initialize(
          to: plug_processor_v1(size: UInt32(MemoryLayout<plug_processor_v1>.size), process: process))
        return made
      }()

      nonisolated(unsafe) private let table: UnsafeMutablePointer<plug_table> = {
        let made = UnsafeMutablePointer<plug_table>.allocate(capacity: 1)
        made.initialize(
          to: plug_table(
            size: UInt32(MemoryLayout<plug_table>.size), major: UInt16(PLUG_MAJOR),
            minor: UInt16(PLUG_MINOR),
            describe: { out in answering(nil) { () throws(Failure) in try say(out, description) } },
            create: create,
            initialize: initialize,
            shutdown: { pointer in
              instance(pointer).shortest = nil
              return plug_status(PLUG_OK)
            },
            destroy: { pointer in
              if let pointer { Unmanaged<Instance>.fromOpaque(UnsafeRawPointer(pointer)).release() }
            },
            get_interface: { _, name in
              name.buffer.elementsEqual(PLUG_PROCESSOR.utf8) ? UnsafeRawPointer(processor) : nil
            },
            metrics: { _, out in answering(nil) { () throws(Failure) in try say(out, "{}") } }))
        return made
      }()

      @_cdecl("plug_entry_v1")
      public func entry(major: UInt32, minor: UInt32) -> UnsafePointer<plug_table>? {
        major == UInt32(PLUG_MAJOR) ? UnsafePointer(table) : nil
      }

      """##
    ),
    (
      "swift", "README.md",
      ##"""
      # {{name}}

      Counts the words of a text: a plugin of `plug.h` in Swift, for {{host}}.

      | file | what it is |
      |---|---|
      | `Plugin.swift` | the plugin |
      | `Options.swift` | its configuration |
      | `plug.h`, `module.modulemap` | the interface between plugin and host; never edit it |
      | `exports.map` | the one symbol that the library exports |
      | `describe.json` | what the plugin says of itself; its id and version are those of `plugin.yaml` |
      | `config.schema.json`, `example_config.yaml` | its configuration |
      | `plugin.yaml` | what is packed and published |

      ```
      plugctl build               # as `build:` in plugin.yaml says
      plugctl test .              # loads it and calls it, in a process of its own
      plugctl pack --output dist
      ```

      """##
    ),
    (
      "swift", "module.modulemap",
      ##"""
      module CPlug {
        header "plug.h"
      }

      """##
    ),
    (
      "swift", "plugin.yaml",
      ##"""
      schema: 1
      publisher: "{{publisher}}"
      name: "{{name}}"
      version: 0.1.0                  # describe.json says the same
      summary: counts the words of a text
      license: MIT
      host: {{host}}
      type: {{type}}
      requires: { abi: 1 }
      # dependencies: { other_plugin: ^1.2 }
      config: { schema: config.schema.json, example: example_config.yaml }
      build: { command: [make], sources: [Plugin.swift, Options.swift, module.modulemap, plug.h, describe.json, exports.map, Makefile] }
      variants:
        - { platform: {{platform}}, library: build/{{name}}.so }
      files: [README.md]

      """##
    ),
    (
      "plug", "plug.h",
      ##"""
      /* plug.h: what a plugin and its host agree on. Version 1.0.
       *
       * A plugin is a shared object that exports one function, plug_entry_v1. It returns a table of functions;
       * everything else is reached through that. The rules, which hold for every call:
       *
       *   - C99 and C++17; no library is needed, not even to be linked.
       *   - Every struct begins with its size in bytes, as its maker knows it. Later minor versions add members at
       *     the end only. Read a member only where the size says that it is there: PLUG_HAS(pointer, member).
       *   - Memory never crosses: who allocates frees. Results go into sinks, which belong to the caller. What a call
       *     is given is valid until it returns, unless said otherwise.
       *   - Text is UTF-8 with a length, not ended by a zero. A plug_text of length 0 may have a null pointer.
       *   - No exception, panic or longjmp leaves a function, in either direction.
       *   - Functions of the table may be called from any thread, one call at a time for an instance, unless the
       *     description has the capability `concurrent`; calls upon different instances run at once.
       *   - Anything but PLUG_OK writes its reason, a sentence for a person, to `error`. A sink may be null: then
       *     nobody wants to know.
       *
       * docs/plugin-abi.md tells the same with an example.
       */
      #ifndef PLUG_H
      #define PLUG_H

      #include <stddef.h>
      #include <stdint.h>

      #ifdef __cplusplus
      extern "C" {
      #endif

      #define PLUG_MAJOR 1
      #define PLUG_MINOR 0

      /* The name of the one symbol that a plugin exports. */
      #define PLUG_ENTRY "plug_entry_v1"

      /* Put before the definition of plug_entry_v1 where all else is hidden (-fvisibility=hidden). */
      #define PLUG_EXPORT __attribute__((visibility("default")))

      /* Whether a struct that somebody else made has a member. */
      #define PLUG_HAS(pointer, member)                                                                    \
        ((size_t)(pointer)->size >= (size_t)((const char *)&(pointer)->member - (const char *)(pointer)) + \
                                        sizeof((pointer)->member))

      /* How a call ended. Numbers are never reused; take an unknown one for PLUG_FAILED. */
      typedef int32_t plug_status;
      enum {
        PLUG_OK = 0,
        PLUG_FAILED = 1,           /* for a reason of its own */
        PLUG_NOT_FOUND = 2,        /* no such id, operation, function, key */
        PLUG_INVALID_CONFIG = 3,   /* initialize: the configuration is not what the schema says */
        PLUG_INVALID_ARGUMENT = 4, /* what was given can't be read or makes no sense */
        PLUG_STATE = 5,            /* not now: initialised already, not yet, or shut down */
        PLUG_DENIED = 6,           /* the credentials are wrong */
        PLUG_CANCELLED = 7,        /* the host said so by is_cancelled */
        PLUG_NO_MEMORY = 8,
        PLUG_UNSUPPORTED = 9, /* right, but not done here */
        PLUG_SINK = 10,       /* the caller's sink or source failed */
        PLUG_IO = 11          /* a file, a database or a network failed */
      };

      /* A piece of text or bytes that belongs to the caller. */
      typedef struct plug_text {
        const char *bytes;
        size_t length;
      } plug_text;

      /* Where results go. write returns 0, or anything else to say that no more is taken: then the call ends
       * with PLUG_SINK. It may be called many times; all pieces together are the result. */
      typedef struct plug_sink {
        uint32_t size;
        void *context;
        int (*write)(void *context, const char *bytes, size_t length);
      } plug_sink;

      /* Where data comes from. read fills at most `capacity` bytes and says how many, 0 at the end; it
       * returns 0, or anything else where reading failed. */
      typedef struct plug_source {
        uint32_t size;
        void *context;
        int (*read)(void *context, char *bytes, size_t capacity, size_t *length);
      } plug_source;

      enum { PLUG_LOG_DEBUG = 0, PLUG_LOG_INFO = 1, PLUG_LOG_WARNING = 2, PLUG_LOG_ERROR = 3 };

      /* What the host offers. It stays where it is as long as an instance made with it lives. Its functions may be
       * called from any thread. */
      typedef struct plug_host {
        uint32_t size;
        uint16_t major;
        uint16_t minor;
        void *context;
        /* Writes to the host's log, instead of standard output. */
        void (*log)(void *context, int32_t level, plug_text message);
        /* Every host has what is above. Ask with PLUG_HAS for what is below. */

        /* Whether the call that runs should end with PLUG_CANCELLED; asked at least every 0.1 s by what takes
         * longer. */
        int (*is_cancelled)(void *context);
        /* The one folder that the plugin may write to; empty where there is none. */
        plug_text data_folder;
      } plug_host;

      /* The size of the smallest host. */
      #define PLUG_HOST_MINIMUM (offsetof(plug_host, log) + sizeof(void (*)(void)))

      /* One plugin at work; what is in it is the plugin's own. */
      typedef struct plug_instance plug_instance;

      /* What the entry returns. It lies in the plugin and stays as it is. All members of version 1.0 are there
       * and none is null. */
      typedef struct plug_table {
        uint32_t size;
        uint16_t major; /* PLUG_MAJOR that the plugin was built with */
        uint16_t minor;

        /* Writes what the plugin is, as JSON, the same each time; needs no instance. docs/plugin-abi.md has
         * the schema. */
        plug_status (*describe)(const plug_sink *out);

        /* Makes an instance of the plugin with this id, as describe tells it; PLUG_NOT_FOUND for any other. */
        plug_status (*create)(const plug_host *host, plug_text id, plug_instance **instance,
                              const plug_sink *error);

        /* Gets it ready, by a configuration: a JSON object. An empty text, other JSON, and keys or types that the
         * schema doesn't have are PLUG_INVALID_CONFIG; after that it may be tried again. PLUG_STATE where
         * it is ready already. */
        plug_status (*initialize)(plug_instance *instance, plug_text config, const plug_sink *error);

        /* Ends its work, its threads above all. May come twice, and before initialize: PLUG_OK. After it
         * initialize may come again. */
        plug_status (*shutdown)(plug_instance *instance);

        /* Frees it, shut down or not. */
        void (*destroy)(plug_instance *instance);

        /* An interface by its name, `plug.workload/1`: one of the structs below. Null for what the plugin does not
         * have. It stays as long as the plugin is open, and is the same for all its instances. */
        const void *(*get_interface)(plug_instance *instance, plug_text name);

        /* Writes a JSON object: name to number. */
        plug_status (*metrics)(plug_instance *instance, const plug_sink *out);
      } plug_table;

      /* The one exported function: the table, or null where the plugin can't serve a host of this major version.
       * The host passes its own PLUG_MAJOR and PLUG_MINOR. */
      typedef const plug_table *(*plug_entry)(uint32_t major, uint32_t minor);
      PLUG_EXPORT const plug_table *plug_entry_v1(uint32_t major, uint32_t minor);

      /* ---- Interfaces. Their functions are called upon an initialised instance only. ---- */

      #define PLUG_DATABASE "plug.database/1"
      /* Prepares a database, named by a DSN such as `sqlite:///tmp/a.db` or `postgresql:///test?host=/run`. */
      typedef struct plug_database_v1 {
        uint32_t size;
        /* Makes tables and data anew; what was there of the plugin's goes. */
        plug_status (*setup)(plug_instance *instance, plug_text dsn, const plug_sink *error);
        /* Takes away what setup made; PLUG_OK where nothing is there. */
        plug_status (*cleanup)(plug_instance *instance, plug_text dsn, const plug_sink *error);
      } plug_database_v1;

      #define PLUG_WORKLOAD "plug.workload/1"
      typedef struct plug_session plug_session;
      /* Operations that load a system. */
      typedef struct plug_workload_v1 {
        uint32_t size;
        /* A JSON object: the name of each operation to its weight, an integer of 0 or more; not all 0. */
        plug_status (*operations)(plug_instance *instance, const plug_sink *out);
        /* A session belongs to one thread; several run at once. */
        plug_status (*open)(plug_instance *instance, plug_text dsn, plug_session **session, const plug_sink *error);
        /* Runs an operation once; PLUG_NOT_FOUND for one that operations does not name. */
        plug_status (*run)(plug_session *session, plug_text operation, const plug_sink *error);
        void (*close)(plug_session *session);
      } plug_workload_v1;

      /* Apache Arrow's C data and C stream interfaces, as https://arrow.apache.org/docs/format/ lays them down. */
      #ifndef ARROW_C_DATA_INTERFACE
      #define ARROW_C_DATA_INTERFACE
      #define ARROW_FLAG_DICTIONARY_ORDERED 1
      #define ARROW_FLAG_NULLABLE 2
      #define ARROW_FLAG_MAP_KEYS_SORTED 4
      struct ArrowSchema {
        const char *format;
        const char *name;
        const char *metadata;
        int64_t flags;
        int64_t n_children;
        struct ArrowSchema **children;
        struct ArrowSchema *dictionary;
        void (*release)(struct ArrowSchema *);
        void *private_data;
      };
      struct ArrowArray {
        int64_t length;
        int64_t null_count;
        int64_t offset;
        int64_t n_buffers;
        int64_t n_children;
        const void **buffers;
        struct ArrowArray **children;
        struct ArrowArray *dictionary;
        void (*release)(struct ArrowArray *);
        void *private_data;
      };
      #endif
      #ifndef ARROW_C_STREAM_INTERFACE
      #define ARROW_C_STREAM_INTERFACE
      struct ArrowArrayStream {
        int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
        int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
        const char *(*get_last_error)(struct ArrowArrayStream *);
        void (*release)(struct ArrowArrayStream *);
        void *private_data;
      };
      #endif

      #define PLUG_FORMAT "plug.format/1"
      /* A data format: bytes to an Arrow stream of records and back. Here memory crosses by Arrow's own rule: it is
       * given back by release. */
      typedef struct plug_format_v1 {
        uint32_t size;
        /* The source must live until the stream is released; its bytes may be read as the stream is. `options`
         * is a JSON object or empty. */
        plug_status (*read)(plug_instance *instance, const plug_source *source, plug_text options,
                            struct ArrowArrayStream *out, const plug_sink *error);
        /* Takes the stream and releases it, also where it fails. */
        plug_status (*write)(plug_instance *instance, struct ArrowArrayStream *in, plug_text options,
                             const plug_sink *out, const plug_sink *error);
      } plug_format_v1;

      typedef struct plug_header {
        plug_text name;
        plug_text value;
      } plug_header;

      typedef struct plug_request {
        uint32_t size;
        plug_text method;
        plug_text path;  /* decoded, without the query */
        plug_text query; /* as it came, without `?` */
        const plug_header *headers;
        size_t header_count;
        plug_text body;
      } plug_request;

      /* First head, once, then any number of pieces of the body. Both return 0, or anything else where the client
       * is gone. */
      typedef struct plug_response {
        uint32_t size;
        void *context;
        int (*head)(void *context, int32_t status, const plug_header *headers, size_t header_count);
        int (*body)(void *context, const char *bytes, size_t length);
      } plug_response;

      #define PLUG_HTTP "plug.http/1"
      /* Routes, as data: the host has the server. */
      typedef struct plug_http_v1 {
        uint32_t size;
        /* A JSON array of {"method": "GET", "path": "/movies/{id}"}; {word} stands for one segment. */
        plug_status (*routes)(plug_instance *instance, const plug_sink *out);
        /* Answers a request that fits a route. Anything but PLUG_OK before head makes the host answer 500. */
        plug_status (*handle)(plug_instance *instance, const plug_request *request, const plug_response *response,
                              const plug_sink *error);
      } plug_http_v1;

      #define PLUG_PROCESSOR "plug.processor/1"
      /* Turns one piece of data into another. */
      typedef struct plug_processor_v1 {
        uint32_t size;
        plug_status (*process)(plug_instance *instance, plug_text input, const plug_sink *out,
                               const plug_sink *error);
      } plug_processor_v1;

      /* Types of columns. */
      enum { PLUG_I64 = 1, PLUG_F64 = 2, PLUG_BOOL = 3, PLUG_TEXT = 4 };

      /* A column that is given: int64_t, double, uint8_t (0 or 1) or plug_text, one for each row. */
      typedef struct plug_column {
        uint32_t size;
        int32_t type;
        const void *values;
        const uint8_t *valid; /* 0 where a row is null; a null pointer: none is */
      } plug_column;

      /* The column that a function fills: rows that are not set are null. */
      typedef struct plug_result {
        uint32_t size;
        void *context;
        void (*set_i64)(void *context, size_t row, int64_t value);
        void (*set_f64)(void *context, size_t row, double value);
        void (*set_bool)(void *context, size_t row, int value);
        void (*set_text)(void *context, size_t row, plug_text value);
      } plug_result;

      #define PLUG_SCALAR "plug.scalar/1"
      /* Functions of values, called with many rows at once. */
      typedef struct plug_scalar_v1 {
        uint32_t size;
        /* A JSON array of {"name", "arguments": ["i64" | "f64" | "bool" | "text", ...], "result", "nulls":
         * "propagate" | "called"}. One name may stand there with several lists of arguments. */
        plug_status (*functions)(plug_instance *instance, const plug_sink *out);
        /* PLUG_NOT_FOUND for a name that is not there, PLUG_INVALID_ARGUMENT for other types or counts. A row that has
         * no result, such as a division by zero, is null and no failure of the call. No result depends on how rows
         * are cut into calls. */
        plug_status (*call)(plug_instance *instance, plug_text name, const plug_column *arguments,
                            size_t argument_count, size_t row_count, const plug_result *result,
                            const plug_sink *error);
      } plug_scalar_v1;

      typedef struct plug_store plug_store;
      /* Takes pairs; anything but 0 ends the scan, with PLUG_SINK. */
      typedef struct plug_pair_sink {
        uint32_t size;
        void *context;
        int (*pair)(void *context, plug_text key, plug_text value);
      } plug_pair_sink;

      #define PLUG_STORAGE "plug.storage/1"
      /* Keys to values, both any bytes; a key has 1 to 1,024. Keys are in the order of their bytes. */
      typedef struct plug_storage_v1 {
        uint32_t size;
        /* `location` is a path below the host's data folder. Creates what is missing. */
        plug_status (*open)(plug_instance *instance, plug_text location, plug_store **store,
                            const plug_sink *error);
        plug_status (*get)(plug_store *store, plug_text key, const plug_sink *out, const plug_sink *error);
        plug_status (*put)(plug_store *store, plug_text key, plug_text value, const plug_sink *error);
        /* PLUG_OK also where the key is not there. */
        plug_status (*remove)(plug_store *store, plug_text key, const plug_sink *error);
        /* All pairs from a key on, in order; from the first where `from` is empty. */
        plug_status (*scan)(plug_store *store, plug_text from, const plug_pair_sink *out, const plug_sink *error);
        /* When it returns, what was put survives a crash. */
        plug_status (*sync)(plug_store *store, const plug_sink *error);
        void (*close)(plug_store *store);
      } plug_storage_v1;

      #define PLUG_QUERY "plug.query/1"
      /* Rewrites a query's plan, a JSON object with a member `op`, into one that gives the same rows. */
      typedef struct plug_query_v1 {
        uint32_t size;
        plug_status (*rewrite)(plug_instance *instance, plug_text plan, const plug_sink *out,
                               const plug_sink *error);
      } plug_query_v1;

      #define PLUG_AUTH "plug.auth/1"
      /* PLUG_OK and the user's claims, a JSON object with at least `sub`; or PLUG_DENIED and nothing, in the same
       * time whether the user or the secret is wrong. */
      typedef struct plug_auth_v1 {
        uint32_t size;
        plug_status (*authenticate)(plug_instance *instance, plug_text user, plug_text secret,
                                    const plug_sink *claims, const plug_sink *error);
      } plug_auth_v1;

      #define PLUG_TYPE "plug.type/1"
      /* A type of values: text for people, bytes for storage, and an order. */
      typedef struct plug_type_v1 {
        uint32_t size;
        plug_status (*parse)(plug_instance *instance, plug_text text, const plug_sink *value,
                             const plug_sink *error);
        plug_status (*format)(plug_instance *instance, plug_text value, const plug_sink *text,
                              const plug_sink *error);
        /* Less than 0, 0 or more than 0 into `order`; a total order. */
        plug_status (*compare)(plug_instance *instance, plug_text left, plug_text right, int32_t *order,
                               const plug_sink *error);
      } plug_type_v1;

      #define PLUG_RELOAD "plug.reload/1"
      /* What one generation of a plugin hands to the next; any bytes of its own. */
      typedef struct plug_reload_v1 {
        uint32_t size;
        plug_status (*save)(plug_instance *instance, const plug_sink *state, const plug_sink *error);
        /* Called upon the next generation's instance after it was initialised. */
        plug_status (*restore)(plug_instance *instance, plug_text state, const plug_sink *error);
      } plug_reload_v1;

      #ifdef __cplusplus
      }
      #endif

      #endif

      """##
    ),
  ]
}
