#pragma once
// The visitor that writes: settings → JSON with every default, by their declaration.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <nlohmann/json.hpp>

#include "src/study/key.h"
#include "src/study/names.h"

namespace weir {

using OrderedJson = nlohmann::ordered_json;  ///< keys stay in the order of the declaration

template <class T>
OrderedJson to_json_value(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return name_of(value);
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    return value.empty() ? OrderedJson() : OrderedJson(value.string());
  } else {
    return value;
  }
}

template <class T>
OrderedJson to_json_value(const std::optional<T>& value) {
  return value ? OrderedJson(*value) : OrderedJson();
}

class Writer {
 public:
  template <class S>
  static OrderedJson write(S& settings) {
    Writer writer;
    declare(writer, settings);
    return std::move(writer.object_);
  }

  template <class T>
  void value(const Key& key, T& member) {
    // What has no default and was not given stays out, or reading it again would refuse it.
    if (key.needed == Needed::sometimes && member == T{}) return;
    at(key) = to_json_value(member);
  }
  void bounds(const Key& key, double& lower, double& upper) {
    at(key) = OrderedJson::array({lower, upper});
  }
  void constant(const Key& key, std::string_view text) { at(key) = text; }
  template <class S>
  void section(const Key& key, S& settings) {
    at(key) = write(settings);
  }
  template <class S>
  void list(const Key& key, std::vector<S>& members) {
    OrderedJson& array = at(key) = OrderedJson::array();
    for (S& member : members) array.push_back(write(member));
  }
  template <class S>
  void table(const Key& key, std::map<std::string, S>& members) {
    OrderedJson& object = at(key) = OrderedJson::object();
    for (auto& [name, member] : members) object[name] = write(member);
  }

 private:
  OrderedJson& at(const Key& key) { return object_[std::string(key.name)]; }
  OrderedJson object_ = OrderedJson::object();
};

}  // namespace weir
