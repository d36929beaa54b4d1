#pragma once
// A message's values to and from bytes: one list of fields (in message.cpp) serves both directions.
//
// Numbers fill the header's six words, then the payload; a list or text is a count and its elements
// in the payload.

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "src/core/byte_order.h"
#include "src/wire/message.h"

namespace weir::wire {

inline constexpr std::size_t header_words = 6;

/// Numbers and enumerations are words of 64 bits on the wire.
template <class T>
concept Word = std::integral<T> || std::same_as<T, double> || std::is_enum_v<T>;

class Writer {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }

  std::array<std::uint64_t, header_words> words{};
  std::vector<std::byte> payload;

 private:
  template <Word T>
  static std::uint64_t word_of(T value) {
    if constexpr (std::same_as<T, double>) {
      return std::bit_cast<std::uint64_t>(value);
    } else {
      return static_cast<std::uint64_t>(value);
    }
  }
  template <Word T>
  void put(T value) {
    if (used_ < header_words) {
      words[used_++] = word_of(value);
    } else {
      append(word_of(value));
    }
  }
  template <class T>
  void put(const std::vector<T>& list) {
    append(std::uint64_t{list.size()});
    for (const T& element : list) {
      if constexpr (sizeof(T) == 1) {
        append(element);
      } else {
        append(word_of(element));
      }
    }
  }
  void put(const std::string& text);
  template <std::unsigned_integral T>
  void append(T value) {
    const auto at = payload.size();
    payload.resize(at + sizeof(T));
    store_little(value, payload.data() + at);
  }

  std::size_t used_ = 0;
};

/// Reads what Writer wrote. After the first thing that is wrong, `error()` says what, and values
/// are no longer set.
class Reader {
 public:
  Reader(const std::array<std::uint64_t, header_words>& words, Bytes payload)
      : words_(words), payload_(payload) {}

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  /// To be called last: complains of words and bytes that are left over.
  void finish();
  const std::string& error() const { return error_; }

 private:
  std::uint64_t next_word();
  /// The count of a list of elements of `element_size` bytes, no larger than what the payload
  /// holds.
  std::size_t next_count(std::size_t element_size);
  void fail(std::string text);

  void get(std::uint64_t& value) { value = next_word(); }
  void get(std::uint32_t& value);
  void get(double& value) { value = std::bit_cast<double>(next_word()); }
  void get(RejectCode& value);
  void get(JobEnd& value);
  void get(Routing& value);
  void get(std::string& text);
  template <class T>
  void get(std::vector<T>& list) {
    constexpr std::size_t element_size = sizeof(T);
    list.resize(next_count(element_size));
    for (T& element : list) {
      if constexpr (element_size == 1) {
        element = load_little<T>(take(1));
      } else {
        element = std::bit_cast<T>(load_little<std::uint64_t>(take(8)));
      }
    }
  }
  /// Precondition: so many bytes are left.
  const std::byte* take(std::size_t bytes);
  template <class E>
  void get_choice(E& value, E last, const char* what);

  const std::array<std::uint64_t, header_words>& words_;
  Bytes payload_;
  std::size_t used_ = 0;
  std::string error_;
};

}  // namespace weir::wire
