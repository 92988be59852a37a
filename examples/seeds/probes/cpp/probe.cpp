// Opens a plugin by PhantomDB's convention: createPlugin, what it says of itself, its life, destroyPlugin. It is built
// against a header, PLUGIN_HEADER, which must be the plugin's own: nothing in a file tells which that was.
#include PLUGIN_HEADER

#include <cstdio>
#include <dlfcn.h>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

using phantomdb::plugin::Plugin;

struct Report {
  std::vector<std::string> missing;
  std::vector<std::string> notes;
  bool is_good = false;

  static std::string quoted(const std::string &text) {
    std::string out = "\"";
    for (char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      char code[8];
      if (static_cast<unsigned char>(c) < ' ') {
        std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
        out += code;
      } else {
        out += c;
      }
    }
    return out + "\"";
  }

  static std::string list(const std::vector<std::string> &texts) {
    std::string out = "[";
    for (const auto &text : texts) out += (out.size() > 1 ? "," : "") + quoted(text);
    return out + "]";
  }

  void print() const {
    std::cout << R"({"convention":"phantomdb","symbol":"createPlugin","ok":)" << (is_good ? "true" : "false")
              << ",\"missing\":" << list(missing) << ",\"notes\":" << list(notes) << "}\n";
  }
};

template <typename Function> Function *find(void *library, const char *name, Report &report) {
  void *symbol = dlsym(library, name);
  if (symbol == nullptr) report.missing.push_back(name);
  return reinterpret_cast<Function *>(symbol);
}

// The life of one plugin; whether it was as it should be.
bool lives(Plugin &plugin, Report &report) {
  const char *wrong = nullptr;
  report.notes.push_back("it is " + plugin.getName() + " " + plugin.getVersion());
  if (plugin.getName().empty()) wrong = "getName says nothing";
  if (plugin.getVersion().empty()) wrong = "getVersion says nothing";
  auto type = static_cast<int>(plugin.getType());
  if (type < 0 || type > 4) wrong = "getType is none of the five types";
  if (!plugin.initialize()) wrong = "initialize returns false";
  if (plugin.getInterface("no such interface") != nullptr) wrong = "getInterface has what nobody knows";
  plugin.shutdown();
  plugin.shutdown();
  if (wrong != nullptr) report.notes.push_back(wrong);
  return wrong == nullptr;
}

void look(const char *path, Report &report) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    report.notes.push_back(dlerror());
    return;
  }
  auto create = find<Plugin *()>(library, "createPlugin", report);
  auto destroy = find<void(Plugin *)>(library, "destroyPlugin", report);
  if (create == nullptr || destroy == nullptr) return;
  Plugin *plugin = nullptr;
  try {
    plugin = create();
    if (plugin == nullptr) report.notes.push_back("createPlugin returns null");
    report.is_good = plugin != nullptr && lives(*plugin, report);
  } catch (const std::exception &fault) {
    report.notes.push_back(std::string("it throws: ") + fault.what());
  } catch (...) {
    report.notes.push_back("it throws what is no std::exception");
  }
  if (plugin != nullptr) destroy(plugin);
}

} // namespace

int main(int count, char **arguments) {
  if (count != 2) {
    std::cerr << "usage: probe FILE.so\n";
    return 2;
  }
  Report report;
  look(arguments[1], report);
  report.print();
  return report.is_good ? 0 : 1;
}
