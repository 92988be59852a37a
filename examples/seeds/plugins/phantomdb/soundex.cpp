// A function by PhantomDB's guide: soundex, by which names that sound alike are found. Macros make faults for tests.
#include "base_plugin.h"

#include <cctype>
#include <stdexcept>

// The guide leaves this out; without it the classes are not found.
using namespace phantomdb::plugin;

namespace {

class TextFunction {
public:
  virtual ~TextFunction() = default;
  virtual std::string call(const std::string &text) const = 0;
};

// The American rules: the first letter, and digits for the consonants that follow.
class Soundex : public TextFunction {
public:
  std::string call(const std::string &text) const override {
    static const char codes[] = "01230120022455012623010202";
    std::string result;
    char last = '0';
    for (char letter : text) {
      if (!std::isalpha(static_cast<unsigned char>(letter))) continue;
      char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
      char code = codes[upper - 'A'];
      if (result.empty()) result = upper;
      else if (code != '0' && code != last) result += code;
      if (upper != 'H' && upper != 'W') last = code;
      if (result.size() == 4) break;
    }
    return result.empty() ? result : (result + "000").substr(0, 4);
  }
};

class SoundexPlugin : public BasePlugin {
public:
  SoundexPlugin() : BasePlugin("Soundex", "1.0.0", "codes of how names sound", PluginType::FUNCTION_EXTENSION) {}

  bool initialize() override {
#ifdef THROWS
    throw std::runtime_error("as told");
#endif
    return BasePlugin::initialize();
  }

  void *getInterface(const std::string &name) override {
    if (name == "TextFunction" && isReady()) return static_cast<TextFunction *>(&function);
    return BasePlugin::getInterface(name);
  }

private:
  Soundex function;
};

} // namespace

extern "C" {
__attribute__((visibility("default"))) Plugin *createPlugin() { return new SoundexPlugin(); }
#ifndef NO_DESTROY
__attribute__((visibility("default"))) void destroyPlugin(Plugin *plugin) { delete plugin; }
#endif
}
