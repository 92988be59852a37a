// A host in C++17 upon plughost: as the one in C, with holds that let go by themselves. host FOLDER DATA NEXT, where
// NEXT is another copy of tidy.so.
extern "C" {
#include "json.h"
}
#include "plughost.h"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace {

using Hold = std::unique_ptr<plughost_plugin, decltype(&plughost_release)>;
using Host = std::unique_ptr<plughost, decltype(&plughost_free)>;

Hold hold(plughost_plugin *plugin) { return Hold(plugin, plughost_release); }
plug_text text(std::string_view view) { return {view.data(), view.size()}; }

// A sink that fills a string.
struct Sink : plug_sink {
  std::string words;
  Sink() : plug_sink{sizeof(plug_sink), this, take} {}
  Sink(const Sink &) = delete;

  static int take(void *context, const char *bytes, size_t length) {
    static_cast<Sink *>(context)->words.append(bytes, length);
    return 0;
  }
};

struct Subject {
  plughost_plugin *plugin;
  plug_instance *instance;
  std::string folder;

  template <typename Interface> const Interface *get(const char *name) const {
    return static_cast<const Interface *>(plughost_interface(plugin, name));
  }
};

bool is(plug_status status) { return status == PLUG_OK; }

bool use_processor(const Subject &s, Sink &out) {
  return is(s.get<plug_processor_v1>(PLUG_PROCESSOR)->process(s.instance, text("hello\tplugins"), &out, &out)) && !out.words.empty();
}

bool use_workload(const Subject &s, Sink &out) {
  auto database = s.get<plug_database_v1>(PLUG_DATABASE);
  auto workload = s.get<plug_workload_v1>(PLUG_WORKLOAD);
  std::string dsn = "sqlite://" + s.folder + "/host.db";
  plug_session *session = nullptr;
  if (!is(database->setup(s.instance, text(dsn), &out)) || !is(workload->open(s.instance, text(dsn), &session, &out))) return false;
  bool is_good = is(workload->run(session, text("rating"), &out)) && is(workload->run(session, text("best"), &out));
  workload->close(session);
  is_good = is(database->cleanup(s.instance, text(dsn), &out)) && is_good;
  if (is_good) out.words = "a rating, and the best";
  return is_good;
}

// The stream that is read is written again.
bool use_format(const Subject &s, Sink &out) {
  auto format = s.get<plug_format_v1>(PLUG_FORMAT);
  std::string_view rest = "name,age\nAda,36\n";
  plug_source source{sizeof source, &rest, [](void *context, char *bytes, size_t capacity, size_t *length) {
                       auto left = static_cast<std::string_view *>(context);
                       *length = left->copy(bytes, capacity);
                       left->remove_prefix(*length);
                       return 0;
                     }};
  ArrowArrayStream stream{};
  return is(format->read(s.instance, &source, text(""), &stream, &out)) &&
         is(format->write(s.instance, &stream, text(""), &out, nullptr)) && out.words == "name,age\nAda,36\n";
}

bool use_http(const Subject &s, Sink &out) {
  plug_request request{};
  request.size = sizeof request;
  request.method = text("GET");
  request.path = text("/movies/1");
  auto head = [](void *context, int32_t status, const plug_header *, size_t) {
    std::string words = std::to_string(status) + " ";
    return Sink::take(context, words.data(), words.size());
  };
  plug_response response{sizeof response, &out, head, Sink::take};
  return is(s.get<plug_http_v1>(PLUG_HTTP)->handle(s.instance, &request, &response, nullptr)) && out.words.rfind("200 ", 0) == 0;
}

bool use_scalar(const Subject &s, Sink &out) {
  int64_t left = 462, right = 1071, answer = 0;
  plug_column columns[] = {{sizeof *columns, PLUG_I64, &left, nullptr}, {sizeof *columns, PLUG_I64, &right, nullptr}};
  plug_result result{};
  result.size = sizeof result;
  result.context = &answer;
  result.set_i64 = [](void *context, size_t, int64_t value) { *static_cast<int64_t *>(context) = value; };
  bool is_good = is(s.get<plug_scalar_v1>(PLUG_SCALAR)->call(s.instance, text("gcd"), columns, 2, 1, &result, &out)) && answer == 21;
  if (is_good) out.words = "gcd(462, 1071) = 21";
  return is_good;
}

bool use_storage(const Subject &s, Sink &out) {
  auto storage = s.get<plug_storage_v1>(PLUG_STORAGE);
  plug_store *store = nullptr;
  if (!is(storage->open(s.instance, text("host.db"), &store, &out))) return false;
  bool is_good = is(storage->put(store, text("key"), text("a value"), &out)) && is(storage->get(store, text("key"), &out, nullptr));
  storage->close(store);
  return is_good && out.words == "a value";
}

bool use_query(const Subject &s, Sink &out) {
  auto plan = R"({"op": "filter", "input": {"op": "scan", "table": "a", "columns": ["x"]}, "where": {"value": true}})";
  return is(s.get<plug_query_v1>(PLUG_QUERY)->rewrite(s.instance, text(plan), &out, &out)) && out.words.find("filter") == std::string::npos;
}

bool use_auth(const Subject &s, Sink &out) {
  auto auth = s.get<plug_auth_v1>(PLUG_AUTH);
  return auth->authenticate(s.instance, text("alice"), text("wrong"), nullptr, nullptr) == PLUG_DENIED &&
         is(auth->authenticate(s.instance, text("alice"), text("wonderland"), &out, nullptr));
}

bool use_type(const Subject &s, Sink &out) {
  int32_t order = 0;
  bool is_good = is(s.get<plug_type_v1>(PLUG_TYPE)->compare(s.instance, text("1.9.0"), text("1.10.0"), &order, &out)) && order < 0;
  if (is_good) out.words = "1.9.0 < 1.10.0";
  return is_good;
}

const std::map<std::string, std::function<bool(const Subject &, Sink &)>> uses = {
    {PLUG_PROCESSOR, use_processor}, {PLUG_WORKLOAD, use_workload}, {PLUG_FORMAT, use_format},
    {PLUG_HTTP, use_http},           {PLUG_SCALAR, use_scalar},     {PLUG_STORAGE, use_storage},
    {PLUG_QUERY, use_query},         {PLUG_AUTH, use_auth},         {PLUG_TYPE, use_type}};

std::string example_of(plughost_plugin *plugin) {
  std::string_view description = plughost_description(plugin);
  std::unique_ptr<json, decltype(&json_free)> tree(json_read(description.data(), description.size()), json_free);
  ::text config{};
  json_write(json_member(json_member(tree.get(), "config"), "example"), &config);
  std::string words(config.bytes, config.length);
  text_free(&config);
  return words;
}

bool work(plughost_plugin *plugin, const std::string &folder) {
  for (const auto &[name, use] : uses) {
    if (plughost_interface(plugin, name.c_str()) == nullptr) continue;
    Sink out;
    bool is_good = use({plugin, plughost_instance(plugin), folder}, out);
    for (char &c : out.words) c = c >= ' ' && c <= '~' ? c : '.';
    std::cout << plughost_id(plugin) << " " << plughost_generation(plugin) << " " << name << " "
              << (is_good ? "ok: " : "FAILED: ") << out.words << "\n";
    return is_good;
  }
  std::cout << plughost_id(plugin) << " has no interface that this host knows\n";
  return false;
}

bool begin(plughost_plugin *plugin) {
  plughost_error error{};
  if (is(plughost_initialize(plugin, example_of(plugin).c_str(), &error))) return true;
  std::cout << plughost_id(plugin) << " can't begin: " << error.text << "\n";
  return false;
}

} // namespace

int main(int count, char **arguments) {
  if (count != 4) return 2;
  std::string folder = arguments[2];
  mkdir(folder.c_str(), 0700);
  plughost_options options{};
  options.size = sizeof options;
  options.data_folder = folder.c_str();
  Host host(plughost_new(&options), plughost_free);
  plughost_error error{};
  int faults = 0;
  auto refused = [](void *context, const char *path, const char *reason) {
    ++*static_cast<int *>(context);
    std::cout << "refused " << path << ": " << reason << "\n";
  };
  long loaded = plughost_load_folder(host.get(), arguments[1], refused, &faults, &error);
  std::unique_ptr<char *, decltype(&std::free)> ids(plughost_ids(host.get()), std::free);
  for (char **id = ids.get(); *id != nullptr; id++) {
    Hold plugin = hold(plughost_get(host.get(), *id));
    faults += !(begin(plugin.get()) && work(plugin.get(), folder));
  }
  Hold next = hold(plughost_reload(host.get(), "examples/tidy", arguments[3], nullptr, &error));
  if (next == nullptr) std::cout << "no reload: " << error.text << "\n";
  faults += !(next != nullptr && plughost_generation(next.get()) == 2 && work(next.get(), folder));
  std::cout << loaded << " plugins, " << faults << " faults\n";
  return loaded <= 0 || faults > 0;
}
