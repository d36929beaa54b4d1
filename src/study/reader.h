#pragma once
// The visitor that parses: JSON object → settings, by their declaration.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/study/expectation.h"
#include "src/study/json_text.h"
#include "src/study/key.h"

namespace weir {

/// Collects the keys of one level.
class KeyNames {
 public:
  template <class T>
  void value(const Key& key, T&) {
    add(key);
  }
  void bounds(const Key& key, double&, double&) { add(key); }
  void constant(const Key& key, std::string_view) { add(key); }
  template <class S>
  void section(const Key& key, S&) {
    add(key);
  }
  template <class S>
  void list(const Key& key, std::vector<S>&) {
    add(key);
  }
  template <class S>
  void table(const Key& key, std::map<std::string, S>&) {
    add(key);
  }

  const std::vector<std::string>& names() const { return names_; }

 private:
  void add(const Key& key) { names_.emplace_back(key.name); }
  std::vector<std::string> names_;
};

/// A value, and what messages about it need.
struct Given {
  const Json& json;
  std::string pointer;
  const Key& key;
  const std::filesystem::path& base;  ///< relative paths start here
};

// Each throws Error{input} when the value is not what the key expects.
void read_value(const Given& given, std::string& member);
void read_value(const Given& given, std::filesystem::path& member);
void read_value(const Given& given, std::size_t& member);
void read_value(const Given& given, double& member);
void read_value(const Given& given, bool& member);
void read_value(const Given& given, std::vector<std::size_t>& member);
void read_value(const Given& given, std::vector<std::string>& member);
void read_value(const Given& given, std::map<std::string, std::string>& member);
void read_value(const Given& given, std::map<std::string, double>& member);
void read_bounds(const Given& given, double& lower, double& upper);
/// The position in `allowed` of the string given.
std::size_t read_choice(const Given& given, const std::vector<std::string>& allowed);

template <class E>
requires std::is_enum_v<E>
void read_value(const Given& given, E& member) {
  member = names(E{})[read_choice(given, name_list<E>())].first;
}

template <class T>
void read_value(const Given& given, std::optional<T>& member) {
  if (given.json.is_null()) {
    member.reset();
  } else {
    read_value(given, member.emplace());
  }
}

[[noreturn]] void refuse(const std::string& pointer, const std::string& text);
[[noreturn]] void refuse_missing(const std::string& pointer, const Key& key,
                                 const std::string& expected);
void require_object(const Json& json, const std::string& pointer);
void require_array(const Json& json, const std::string& pointer, const Key& key);
void refuse_unknown_keys(const Json& object, const std::string& pointer,
                         const std::vector<std::string>& known);

class Reader {
 public:
  /// Reads `settings` from `json`. A key that is not given leaves its member as it is.
  template <class S>
  static void read(const Json& json, const std::string& pointer, const std::filesystem::path& base,
                   S& settings) {
    require_object(json, pointer);
    KeyNames known;
    declare(known, settings);
    refuse_unknown_keys(json, pointer, known.names());
    Reader reader(json, pointer, base);
    declare(reader, settings);
  }

  template <class T>
  void value(const Key& key, T& member) {
    if (const Json* json = find(key, expectation(key, member))) {
      read_value(Given{*json, place(key), key, base_}, member);
    }
  }

  void bounds(const Key& key, double& lower, double& upper) {
    if (const Json* json = find(key, bounds_expectation())) {
      read_bounds(Given{*json, place(key), key, base_}, lower, upper);
    }
  }

  void constant(const Key& key, std::string_view text) {
    const std::vector<std::string> allowed{std::string(text)};
    if (const Json* json = find(key, alternatives(allowed))) {
      read_choice(Given{*json, place(key), key, base_}, allowed);
    }
  }

  template <class S>
  void section(const Key& key, S& settings) {
    if (const Json* json = find(key, "an object")) read(*json, place(key), base_, settings);
  }

  template <class S>
  void list(const Key& key, std::vector<S>& members) {
    const Json* json = find(key, list_expectation(key));
    if (json == nullptr) return;
    require_array(*json, place(key), key);
    members.clear();
    for (const Json& item : *json) {
      const std::string pointer = child(place(key), std::to_string(members.size()));
      read(item, pointer, base_, members.emplace_back());
    }
  }

  template <class S>
  void table(const Key& key, std::map<std::string, S>& members) {
    const Json* json = find(key, "an object");
    if (json == nullptr) return;
    require_object(*json, place(key));
    members.clear();
    for (const auto& [name, item] : json->items()) {
      read(item, child(place(key), name), base_, members[name]);
    }
  }

 private:
  Reader(const Json& object, std::string pointer, const std::filesystem::path& base)
      : object_(object), pointer_(std::move(pointer)), base_(base) {}

  std::string place(const Key& key) const { return child(pointer_, key.name); }

  const Json* find(const Key& key, const std::string& expected) const {
    const auto found = object_.find(std::string(key.name));
    if (found != object_.end()) return &*found;
    if (key.needed == Needed::always) refuse_missing(place(key), key, expected);
    return nullptr;
  }

  const Json& object_;
  std::string pointer_;
  const std::filesystem::path& base_;
};

}  // namespace weir
