#pragma once
// What a key takes, in words: for error messages and for the reference page.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "src/study/key.h"
#include "src/study/names.h"
#include "src/study/nearest.h"

namespace weir {

template <class E>
std::vector<std::string> name_list() {
  std::vector<std::string> list;
  for (const auto& [value, name] : names(E{})) list.emplace_back(name);
  return list;
}

std::string expectation(const Key& key, const std::string&);
std::string expectation(const Key& key, const std::filesystem::path&);
std::string expectation(const Key& key, std::uint64_t);
std::string expectation(const Key& key, double);
std::string expectation(const Key& key, bool);
std::string expectation(const Key& key, const std::vector<std::size_t>&);
std::string expectation(const Key& key, const std::vector<std::string>&);
std::string expectation(const Key& key, const std::map<std::string, std::string>&);
std::string expectation(const Key& key, const std::map<std::string, double>&);
std::string expectation(const Key& key, const std::optional<double>&);
std::string expectation(const Key& key, const std::optional<std::size_t>&);
std::string bounds_expectation();
std::string list_expectation(const Key& key);

template <class E>
requires std::is_enum_v<E> std::string expectation(const Key&, E) {
  return alternatives(name_list<E>());
}

}  // namespace weir
