#include <string>
#include <utility>

#include "src/study/declare.h"
#include "src/study/expectation.h"
#include "src/study/json_text.h"
#include "src/study/parse.h"
#include "src/study/writer.h"

namespace weir {
namespace {

constexpr std::string_view introduction =
    "# Study file\n\n"
    "A study is one JSON file; `//` and `/* */` comments are allowed. Every key is below; a key "
    "that is not is refused. "
    "Relative paths start at the study file's folder. `study.json` in the study directory is the "
    "same with every "
    "default written out.\n\n"
    "This page is made by `weir-study-reference` from the declarations that parse the file; do not "
    "edit it.\n";

// The visitor that documents: a table for each object, those inside it after it.
class ReferencePage {
 public:
  template <class S>
  static std::string page(const std::string& pointer, const std::string& meaning) {
    S defaults{};
    ReferencePage page(pointer);
    declare(page, defaults);
    const std::string title = pointer.empty() ? "Top level" : "`" + pointer + "`";
    return "\n## " + title + "\n\n" + (meaning.empty() ? "" : meaning + ".\n\n") +
           "| key | value | unit | default | meaning |\n|---|---|---|---|---|\n" + page.rows_ +
           page.inner_;
  }

  template <class T>
  void value(const Key& key, T& member) {
    row(key, expectation(key, member), to_json_value(member).dump());
  }
  void bounds(const Key& key, double&, double&) { row(key, bounds_expectation(), ""); }
  void constant(const Key& key, std::string_view text) {
    const std::string quoted = alternatives({std::string(text)});
    row(key, quoted, quoted);
  }
  template <class S>
  void section(const Key& key, S&) {
    row(key, "an object, see below", "{}");
    inner<S>(key, "");
  }
  template <class S>
  void list(const Key& key, std::vector<S>&) {
    row(key, list_expectation(key) + ", see below", "[]");
    inner<S>(key, "N");
  }
  template <class S>
  void table(const Key& key, std::map<std::string, S>&) {
    row(key, "an object of objects, see below", "{}");
    inner<S>(key, "NAME");
  }

 private:
  explicit ReferencePage(std::string pointer) : pointer_(std::move(pointer)) {}

  void row(const Key& key, const std::string& value, const std::string& default_value) {
    std::string meaning(key.meaning);
    if (!key.consequence.empty()) meaning += ". " + capitalised(std::string(key.consequence));
    rows_ += "| `" + std::string(key.name) + "` | " + value + " | " + std::string(key.unit) +
             " | " + shown_default(key, default_value) + " | " + capitalised(meaning) + ". |\n";
  }

  static std::string shown_default(const Key& key, const std::string& value) {
    if (key.needed == Needed::always) return "required";
    return key.needed == Needed::sometimes ? "none" : "`" + value + "`";
  }

  static std::string capitalised(std::string text) {
    if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
  }

  template <class S>
  void inner(const Key& key, const char* token) {
    std::string pointer = child(pointer_, key.name);
    if (*token != '\0') pointer = child(pointer, token);
    inner_ += page<S>(pointer, capitalised(std::string(key.meaning)));
  }

  std::string pointer_, rows_, inner_;
};

}  // namespace

std::string study_reference() {
  return std::string(introduction) + ReferencePage::page<Study>("", "");
}

}  // namespace weir
