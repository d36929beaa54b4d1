#include "src/wire/archive.h"

#include <algorithm>
#include <limits>

namespace weir::wire {

void Writer::put(const std::string& text) {
  const std::size_t size = std::min(text.size(), max_text);
  append(std::uint64_t{size});
  for (std::size_t i = 0; i < size; ++i) append(static_cast<std::uint8_t>(text[i]));
}

void Reader::finish() {
  for (std::size_t i = used_; i < header_words; ++i) {
    if (words_[i] != 0) fail("header word " + std::to_string(i) + " is not zero");
  }
  if (!payload_.empty()) fail(std::to_string(payload_.size()) + " bytes too many in the payload");
}

std::uint64_t Reader::next_word() {
  if (used_ < header_words) return words_[used_++];
  if (payload_.size() < 8) {
    fail("the payload is cut short");
    return 0;
  }
  return load_little<std::uint64_t>(take(8));
}

std::size_t Reader::next_count(std::size_t element_size) {
  if (payload_.size() < 8) {
    fail("the payload is cut short before a count");
    return 0;
  }
  const auto count = load_little<std::uint64_t>(take(8));
  if (count > payload_.size() / element_size) {
    fail("a list of " + std::to_string(count) + " elements in a payload with " +
         std::to_string(payload_.size()) + " bytes left");
    return 0;
  }
  return static_cast<std::size_t>(count);
}

const std::byte* Reader::take(std::size_t bytes) {
  const std::byte* at = payload_.data();
  payload_ = payload_.subspan(bytes);
  return at;
}

void Reader::fail(std::string text) {
  if (error_.empty()) error_ = std::move(text);
}

void Reader::get(std::uint32_t& value) {
  const std::uint64_t word = next_word();
  if (word > std::numeric_limits<std::uint32_t>::max()) {
    fail(std::to_string(word) + " is over 32 bits");
  } else {
    value = static_cast<std::uint32_t>(word);
  }
}

template <class E>
void Reader::get_choice(E& value, E last, const char* what) {
  const std::uint64_t word = next_word();
  if (word > static_cast<std::uint64_t>(last)) {
    fail(std::to_string(word) + " is no " + what);
  } else {
    value = static_cast<E>(word);
  }
}

void Reader::get(RejectCode& value) { get_choice(value, RejectCode::lacking, "reject code"); }
void Reader::get(Routing& value) {
  get_choice(value, Routing::by_simulation, "way to deal out steps");
}
void Reader::get(JobEnd& value) { get_choice(value, JobEnd::taken_away, "end of a job"); }

void Reader::get(std::string& text) {
  const std::size_t size = next_count(1);
  if (size > max_text) {
    fail("a text of " + std::to_string(size) + " bytes; at most " + std::to_string(max_text));
    return;
  }
  if (size == 0) return;
  text.assign(reinterpret_cast<const char*>(take(size)), size);
}

}  // namespace weir::wire
