#include "src/study/expectation.h"

namespace weir {
namespace {

std::string with_range(const std::string& what, const Range& range, const char* before = ", ") {
  const std::string limits = range.text();
  return limits.empty() ? what : what + before + limits;
}

}  // namespace

std::string expectation(const Key& key, const std::string&) {
  if (key.form == Form::identifier) {
    return "a name of letters, digits and '_' that does not begin with a digit";
  }
  if (key.form == Form::label) {
    return "a name of letters, digits, '_', '-' and '.' that begins with a letter or digit";
  }
  if (key.form == Form::option) {
    return "printable characters on one line that do not begin with '-'";
  }
  return "a string";
}

std::string expectation(const Key&, const std::filesystem::path&) { return "a path, or null"; }

std::string expectation(const Key& key, std::uint64_t) {
  return with_range("an integer", key.range.text().empty() ? at_least(0) : key.range);
}

std::string expectation(const Key&, bool) { return "true or false"; }

std::string expectation(const Key& key, double) { return with_range("a number", key.range); }

std::string expectation(const Key& key, const std::vector<std::size_t>&) {
  return with_range("an array of integers", key.range, ", one or more, each ");
}

std::string expectation(const Key& key, const std::vector<std::string>&) {
  if (key.form == Form::file) return "an array of paths";
  return key.form == Form::program ? "an array of strings, one or more" : "an array of strings";
}

std::string expectation(const Key& key, const std::map<std::string, std::string>&) {
  return key.form == Form::file ? "an object of paths" : "an object of strings";
}

std::string expectation(const Key& key, const std::map<std::string, double>&) {
  return with_range("an object of numbers", key.range, ", each ");
}

std::string expectation(const Key& key, const std::optional<double>&) {
  return expectation(key, double{}) + ", or null";
}

std::string expectation(const Key& key, const std::optional<std::size_t>&) {
  return expectation(key, std::uint64_t{}) + ", or null";
}

std::string bounds_expectation() { return "an array of two numbers, [lower, upper]"; }

std::string list_expectation(const Key& key) {
  return with_range("an array of objects", key.range, ": ");
}

}  // namespace weir
