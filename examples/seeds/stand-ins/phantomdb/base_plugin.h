// Stands in for PhantomDB's header of this name: what its guide prints, and accessors for what its constructor takes,
// whose names and order are a guess. A class's table of virtual functions is laid out in the order of this file, so a
// plugin and its host must have been built from the same header.
#ifndef PHANTOMDB_BASE_PLUGIN_H
#define PHANTOMDB_BASE_PLUGIN_H

#include <string>
#include <utility>

namespace phantomdb {
namespace plugin {

enum class PluginType {
  FUNCTION_EXTENSION,
  STORAGE_BACKEND,
  QUERY_PROCESSOR,
  AUTHENTICATION_PROVIDER,
  CUSTOM_DATA_TYPE
};

class Plugin {
public:
  virtual ~Plugin() = default;
  virtual std::string getName() const = 0;
  virtual std::string getVersion() const = 0;
  virtual std::string getDescription() const = 0;
  virtual PluginType getType() const = 0;
  virtual bool initialize() = 0;
  virtual void shutdown() = 0;
  virtual void *getInterface(const std::string &interfaceName) = 0;
};

class BasePlugin : public Plugin {
public:
  BasePlugin(std::string name, std::string version, std::string description, PluginType type)
      : name(std::move(name)), version(std::move(version)), description(std::move(description)), type(type) {}

  std::string getName() const override { return name; }
  std::string getVersion() const override { return version; }
  std::string getDescription() const override { return description; }
  PluginType getType() const override { return type; }
  bool initialize() override { return is_ready = true; }
  void shutdown() override { is_ready = false; }
  void *getInterface(const std::string &) override { return nullptr; }

protected:
  bool isReady() const { return is_ready; }

private:
  std::string name;
  std::string version;
  std::string description;
  PluginType type;
  bool is_ready = false;
};

} // namespace plugin
} // namespace phantomdb

#endif
