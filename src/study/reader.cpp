#include "src/study/reader.h"

#include <cmath>

#include "src/core/error.h"

namespace weir {
namespace {

[[noreturn]] void refuse_value(const Given& given, const std::string& expected,
                               const std::string& hint = "") {
  refuse(given.pointer, "is " + shown(given.json) + "; expected " + expected + hint);
}

// A string goes to argument vectors, environments and file names, which all end at the first NUL.
const std::string& text_of(const Given& given, const std::string& expected) {
  if (!given.json.is_string()) refuse_value(given, expected);
  const auto& text = given.json.get_ref<const std::string&>();
  if (text.find('\0') != std::string::npos) refuse_value(given, expected, " without a NUL");
  return text;
}

Given item_of(const Given& array, std::size_t index) {
  return {array.json[index], child(array.pointer, std::to_string(index)), array.key, array.base};
}

std::string resolved(const std::string& path, const std::filesystem::path& base) {
  return std::filesystem::absolute(base / path).lexically_normal().string();
}

/// Of an object whose keys are free but have the key's form.
template <class Visit>
void for_each_member(const Given& given, Visit visit) {
  require_object(given.json, given.pointer);
  for (const auto& [name, value] : given.json.items()) {
    const std::string pointer = child(given.pointer, name);
    if (!has_form(name, given.key.form)) {
      refuse(pointer, "the key is no " + expectation(given.key, std::string()).substr(2));
    }
    visit(name, Given{value, pointer, given.key, given.base});
  }
}

}  // namespace

void refuse(const std::string& pointer, const std::string& text) {
  const std::string place = pointer.empty() ? "the study" : pointer;
  throw Error(ErrorKind::input, place + ": " + text);
}

void refuse_missing(const std::string& pointer, const Key& key, const std::string& expected) {
  refuse(pointer, "is missing; expected " + expected + " (" + std::string(key.meaning) + ")");
}

void require_object(const Json& json, const std::string& pointer) {
  if (!json.is_object()) refuse(pointer, "is " + shown(json) + "; expected an object");
}

void require_array(const Json& json, const std::string& pointer, const Key& key) {
  const bool fits = json.is_array() && key.range.contains(static_cast<double>(json.size()));
  if (!fits) refuse(pointer, "is " + shown(json) + "; expected " + list_expectation(key));
}

void refuse_unknown_keys(const Json& object, const std::string& pointer,
                         const std::vector<std::string>& known) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    refuse(child(pointer, name), "unknown key" + suggestion(name, known));
  }
}

void read_value(const Given& given, std::string& member) {
  const std::string expected = expectation(given.key, member);
  const std::string& text = text_of(given, expected);
  if (!has_form(text, given.key.form)) refuse_value(given, expected);
  member = text;
}

void read_value(const Given& given, std::filesystem::path& member) {
  if (given.json.is_null()) {
    member.clear();
    return;
  }
  const std::string expected = expectation(given.key, member);
  const std::string& text = text_of(given, expected);
  if (text.empty()) refuse_value(given, expected);
  member = resolved(text, given.base);
}

void read_value(const Given& given, std::size_t& member) {
  const std::string expected = expectation(given.key, member);
  if (given.json.is_number_float()) {
    refuse_value(given, expected, ", written without a decimal point or exponent");
  }
  if (!given.json.is_number_unsigned()) refuse_value(given, expected);
  const auto number = given.json.get<std::uint64_t>();
  if (!given.key.range.contains(static_cast<double>(number))) refuse_value(given, expected);
  member = number;
}

void read_value(const Given& given, double& member) {
  const std::string expected = expectation(given.key, member);
  if (!given.json.is_number()) refuse_value(given, expected);
  const auto number = given.json.get<double>();
  if (!std::isfinite(number) || !given.key.range.contains(number)) refuse_value(given, expected);
  member = number;
}

void read_value(const Given& given, bool& member) {
  if (!given.json.is_boolean()) refuse_value(given, expectation(given.key, member));
  member = given.json.get<bool>();
}

void read_value(const Given& given, std::vector<std::size_t>& member) {
  if (!given.json.is_array() || given.json.empty()) {
    refuse_value(given, expectation(given.key, member));
  }
  member.assign(given.json.size(), 0);
  for (std::size_t i = 0; i < member.size(); ++i) read_value(item_of(given, i), member[i]);
}

void read_value(const Given& given, std::vector<std::string>& member) {
  const bool file = given.key.form == Form::file;
  const bool program = given.key.form == Form::program;
  if (!given.json.is_array() || (program && given.json.empty())) {
    refuse_value(given, expectation(given.key, member));
  }
  member.clear();
  for (std::size_t i = 0; i < given.json.size(); ++i) {
    const Given item = item_of(given, i);
    member.push_back(text_of(item, "a string"));
    if (!has_form(member[i], given.key.form))
      refuse_value(item, expectation(given.key, std::string()));
    if (file) member[i] = resolved(member[i], given.base);
  }
  if (!program) return;
  if (member[0].empty()) refuse_value(item_of(given, 0), "the name or path of a program");
  if (member[0].find('/') != std::string::npos) member[0] = resolved(member[0], given.base);
}

void read_value(const Given& given, std::map<std::string, std::string>& member) {
  const bool file = given.key.form == Form::file;
  member.clear();
  for_each_member(given, [&](const std::string& name, const Given& value) {
    member[name] = text_of(value, "a string");
    if (!file) return;
    if (member[name].empty()) refuse_value(value, "a path");
    member[name] = resolved(member[name], given.base);
  });
}

void read_value(const Given& given, std::map<std::string, double>& member) {
  member.clear();
  for_each_member(
      given, [&](const std::string& name, const Given& value) { read_value(value, member[name]); });
}

void read_bounds(const Given& given, double& lower, double& upper) {
  if (!given.json.is_array() || given.json.size() != 2) refuse_value(given, bounds_expectation());
  read_value(item_of(given, 0), lower);
  read_value(item_of(given, 1), upper);
}

std::size_t read_choice(const Given& given, const std::vector<std::string>& allowed) {
  if (!given.json.is_string()) refuse_value(given, alternatives(allowed));
  const std::string& text = given.json.get_ref<const std::string&>();
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (allowed[i] == text) return i;
  }
  const auto near = nearest(text, allowed);
  refuse_value(given, alternatives(allowed), near ? "; did you mean \"" + *near + "\"?" : "");
}

}  // namespace weir
