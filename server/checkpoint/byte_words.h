#pragma once
// Little-endian words in the binary files of a checkpoint.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "src/core/error.h"

namespace weir {

template <class Word>
void put_word(std::string& bytes, Word value) {
  for (std::size_t k = 0; k < sizeof(Word); ++k)
    bytes += static_cast<char>((value >> (8 * k)) & 0xff);
}

/// Takes words off the front of bytes, which outlive it. Error{input} naming `place`: too few.
class WordReader {
 public:
  WordReader(std::string_view bytes, const std::string& place) : rest_(bytes), place_(place) {}

  template <class Word>
  Word word() {
    if (rest_.size() < sizeof(Word)) refuse("ends too early");
    Word value = 0;
    for (std::size_t k = 0; k < sizeof(Word); ++k)
      value |=
          static_cast<Word>(static_cast<Word>(static_cast<unsigned char>(rest_[k])) << (8 * k));
    rest_.remove_prefix(sizeof(Word));
    return value;
  }
  void expect(std::string_view text) {
    if (!rest_.starts_with(text)) refuse("does not start as such a file of weir does");
    rest_.remove_prefix(text.size());
  }
  void skip(std::size_t size) {
    if (rest_.size() < size) refuse("ends too early");
    rest_.remove_prefix(size);
  }
  std::size_t left() const { return rest_.size(); }
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::input, place_ + " " + what + "; use another checkpoint");
  }

 private:
  std::string_view rest_;
  const std::string& place_;
};

}  // namespace weir
