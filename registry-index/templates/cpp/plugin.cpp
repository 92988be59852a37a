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
