#include "src/study/json_text.h"

#include <algorithm>
#include <set>
#include <vector>

#include "src/core/error.h"

namespace weir {
namespace {

using Event = Json::parse_event_t;

// Follows the parser through the text: it knows the pointer of what is being read, which the
// library does not tell.
class Place {
 public:
  void follow(Event event, const Json& parsed) {
    switch (event) {
      case Event::object_start:
      case Event::array_start:
        open(event == Event::array_start);
        break;
      case Event::key:
        enter_key(parsed.get_ref<const std::string&>());
        break;
      case Event::object_end:
      case Event::array_end:
        levels_.pop_back();
        [[fallthrough]];
      case Event::value:
        if (!levels_.empty()) ++levels_.back().index;
    }
  }

 private:
  struct Level {
    bool array = false;
    std::size_t index = 0;  // of an array
    std::string key;        // of an object: the last one
    std::set<std::string> keys;
  };

  void open(bool array) {
    // Deeper ones are no study, and what walks a value recursively must not be led to a stack
    // overflow.
    if (levels_.size() == 32) {
      throw Error(ErrorKind::input,
                  pointer() + ": is nested deeper than 32 levels; a study is not");
    }
    levels_.emplace_back().array = array;
  }

  void enter_key(const std::string& key) {
    Level& level = levels_.back();
    level.key = key;
    if (!level.keys.insert(key).second) {
      throw Error(ErrorKind::input, pointer() + ": is given twice; keep one of them");
    }
  }

  std::string pointer() const {
    std::string text;
    for (const Level& level : levels_) {
      text = child(text, level.array ? std::to_string(level.index) : level.key);
    }
    return text;
  }

  std::vector<Level> levels_;
};

std::string line_and_column(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte == 0 ? 0 : byte - 1, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - start + 1);
}

// The library's text is "[id] parse error at line …: syntax error while parsing X - reason".
std::string reason_in(std::string_view text) {
  for (const std::string_view mark : {" - ", "]: ", "] "}) {
    const std::size_t at = text.find(mark);
    if (at != std::string_view::npos) return std::string(text.substr(at + mark.size()));
  }
  return std::string(text);
}

}  // namespace

Json parse_json(std::string_view text) {
  Place place;
  const auto follow = [&place](int, Event event, Json& parsed) {
    place.follow(event, parsed);
    return true;
  };
  try {
    return Json::parse(text, follow, /*allow_exceptions=*/true, /*ignore_comments=*/true);
  } catch (const Json::parse_error& error) {
    throw Error(ErrorKind::input,
                line_and_column(text, error.byte) + ": is no JSON: " + reason_in(error.what()));
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::input, "is no JSON: " + reason_in(error.what()));
  }
}

std::string child(const std::string& pointer, std::string_view token) {
  std::string text = pointer + '/';
  for (const char c : token) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

std::string shown(const Json& value) {
  constexpr std::size_t longest = 60;
  std::string text = value.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/true);
  if (text.size() > longest) text.replace(longest, std::string::npos, "…");
  return text;
}

}  // namespace weir
