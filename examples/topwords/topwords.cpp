// Counts the words of a text and writes the most frequent ones: C++17 upon plug.h alone. Exceptions end at the
// boundary: every function of the table goes through `guarded`.
#include "embed.h"
#include "plug.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

EMBED(topwords_description, DESCRIPTION);
extern "C" const char topwords_description[] __attribute__((visibility("hidden")));
extern "C" const char topwords_description_end[] __attribute__((visibility("hidden")));

namespace {

// A failure on its way to the boundary.
struct Failure : std::runtime_error {
  plug_status status;
  Failure(plug_status status, const std::string &reason) : std::runtime_error(reason), status(status) {}
};

void say(const plug_sink *sink, std::string_view text) {
  if (sink == nullptr || text.empty()) return;
  if (sink->write(sink->context, text.data(), text.size()) != 0) throw Failure(PLUG_SINK, "the sink takes no more");
}

template <typename Work> plug_status guarded(const plug_sink *error, Work work) noexcept {
  plug_status status = PLUG_FAILED;
  const char *reason = "it failed";
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
  if (error != nullptr) error->write(error->context, reason, std::string_view(reason).size());
  return status;
}

// The configuration is so small that it is read by hand: {"most": 1 to 1000, "shortest": 1 to 100}.
class ConfigReader {
public:
  explicit ConfigReader(std::string_view text) : rest(text) {}

  std::map<std::string, long, std::less<>> read() {
    std::map<std::string, long, std::less<>> members;
    expect('{');
    if (!accept('}')) {
      do {
        std::string name(word());
        expect(':');
        if (!members.emplace(name, number()).second) wrong("`" + name + "` stands there twice");
      } while (accept(','));
      expect('}');
    }
    skip();
    if (!rest.empty()) wrong("something follows the object");
    return members;
  }

private:
  std::string_view rest;

  [[noreturn]] static void wrong(const std::string &reason) { throw Failure(PLUG_INVALID_CONFIG, reason); }

  void skip() {
    size_t length = std::min(rest.find_first_not_of(" \t\r\n"), rest.size());
    rest.remove_prefix(length);
  }

  bool accept(char c) {
    skip();
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }

  void expect(char c) {
    if (!accept(c)) wrong(std::string("a `") + c + "` is missing: an object of whole numbers is needed");
  }

  std::string_view word() {
    expect('"');
    size_t length = rest.find('"');
    if (length == std::string_view::npos) wrong("a name is not closed");
    std::string_view found = rest.substr(0, length);
    rest.remove_prefix(length + 1);
    return found;
  }

  long number() {
    skip();
    size_t length = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (length == 0 || length > 9 || (length > 1 && rest.front() == '0')) wrong("only whole numbers are options");
    long value = std::stol(std::string(rest.substr(0, length)));
    rest.remove_prefix(length);
    return value;
  }
};

struct Options {
  size_t most = 10;
  size_t shortest = 1;

  explicit Options(std::string_view text) {
    for (const auto &[name, value] : ConfigReader(text).read()) {
      size_t limit = name == "most" ? 1000 : name == "shortest" ? 100 : 0;
      if (limit == 0) throw Failure(PLUG_INVALID_CONFIG, "there is no option `" + name.substr(0, 100) + "`");
      if (value < 1 || static_cast<size_t>(value) > limit) {
        throw Failure(PLUG_INVALID_CONFIG, "`" + name + "` is out of its range");
      }
      (name == "most" ? most : shortest) = static_cast<size_t>(value);
    }
  }
};

} // namespace

struct plug_instance {
  std::mutex lock; // of coming and going
  std::optional<Options> options;
};

namespace {

// Words of letters (ASCII) in small letters; the most frequent first, equal ones in the order of the alphabet.
std::string top_words(std::string_view text, const Options &options) {
  std::map<std::string, size_t> counts;
  std::string word;
  for (size_t i = 0; i <= text.size(); i++) {
    unsigned char c = i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      word += static_cast<char>(c | 0x20);
    } else {
      if (word.size() >= options.shortest) counts[word]++;
      word.clear();
    }
  }
  std::vector<std::pair<std::string, size_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto &a, const auto &b) { return a.second > b.second; });
  std::string lines;
  for (size_t i = 0; i < sorted.size() && i < options.most; i++) {
    lines += std::to_string(sorted[i].second) + " " + sorted[i].first + "\n";
  }
  return lines;
}

plug_status process(plug_instance *self, plug_text input, const plug_sink *out, const plug_sink *error) {
  return guarded(error, [&] {
    if (!self->options) throw Failure(PLUG_STATE, "it is not initialised");
    say(out, top_words(input.length == 0 ? std::string_view() : std::string_view(input.bytes, input.length), *self->options));
  });
}

plug_status describe(const plug_sink *out) {
  size_t length = static_cast<size_t>(topwords_description_end - topwords_description);
  return guarded(nullptr, [&] { say(out, std::string_view(topwords_description, length)); });
}

plug_status create(const plug_host *, plug_text id, plug_instance **instance, const plug_sink *error) {
  return guarded(error, [&] {
    if (std::string_view(id.bytes, id.length) != "examples/topwords") {
      throw Failure(PLUG_NOT_FOUND, "this is `examples/topwords`");
    }
    *instance = new plug_instance;
  });
}

plug_status initialize(plug_instance *self, plug_text config, const plug_sink *error) {
  return guarded(error, [&] {
    std::lock_guard<std::mutex> guard(self->lock);
    if (self->options) throw Failure(PLUG_STATE, "it is initialised already");
    self->options.emplace(config.length == 0 ? std::string_view() : std::string_view(config.bytes, config.length));
  });
}

plug_status shut_down(plug_instance *self) {
  return guarded(nullptr, [&] {
    std::lock_guard<std::mutex> guard(self->lock);
    self->options.reset();
  });
}

void destroy(plug_instance *self) { delete self; }

const plug_processor_v1 processor = {sizeof processor, process};

const void *get_interface(plug_instance *, plug_text name) {
  return std::string_view(name.bytes, name.length) == PLUG_PROCESSOR ? &processor : nullptr;
}

plug_status metrics(plug_instance *, const plug_sink *out) {
  return guarded(nullptr, [&] { say(out, "{}"); });
}

const plug_table table = {sizeof table, PLUG_MAJOR, PLUG_MINOR, describe,      create, initialize,
                          shut_down,    destroy,    get_interface, metrics};

} // namespace

const plug_table *plug_entry_v1(uint32_t major, uint32_t) { return major == PLUG_MAJOR ? &table : nullptr; }
