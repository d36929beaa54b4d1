#include "client_api/agreement.h"

#include <bit>

#include "src/core/number_text.h"

namespace weir::client {
namespace {

/// The root's decision, as it is broadcast.
struct Verdict {
  std::uint64_t status = WEIR_OK, answer = 0, text_size = 0;
};

/// What each rank brings to a call.
enum Word : std::size_t { status_word, field_word, time_word, own_word, words };

/// Throws what is wrong with the ranks' parts, seen together.
void check_parts(std::span<const std::uint64_t> parts) {
  for (std::size_t rank = 0; rank * words < parts.size(); ++rank) {
    const auto part = parts.subspan(rank * words, words);
    if (part[status_word] != WEIR_OK) {
      const auto status = static_cast<weir_status>(part[status_word]);
      throw Failure(status, "on rank " + std::to_string(rank) + ": " + weir_strerror(status));
    }
    if (part[field_word] != parts[field_word]) {
      throw Failure(WEIR_ERROR_ARGUMENT,
                    "rank " + std::to_string(rank) + " names another field than rank 0");
    }
    if (part[time_word] != parts[time_word]) {
      throw Failure(WEIR_ERROR_ARGUMENT,
                    "weir_time: rank " + std::to_string(rank) + " says " +
                        exact_number_text(std::bit_cast<double>(part[time_word])) + ", rank 0 " +
                        exact_number_text(std::bit_cast<double>(parts[time_word])) +
                        "; all ranks have to say the same");
    }
  }
}

std::vector<std::size_t> own_words(std::span<const std::uint64_t> parts) {
  std::vector<std::size_t> own;
  for (std::size_t at = own_word; at < parts.size(); at += words) own.push_back(parts[at]);
  return own;
}

}  // namespace

Part part_of(const Failure& failure) {
  Part part;
  part.status = failure.status();
  part.text = failure.what();
  return part;
}

std::uint64_t Agreement::decide(const std::function<std::uint64_t()>& on_root) const {
  Verdict verdict;
  std::string text;
  if (ranks_.root()) {
    try {
      verdict.answer = on_root();
    } catch (...) {
      const Failure failure = current_failure();
      verdict.status = failure.status();
      text = failure.what();
      verdict.text_size = text.size();
    }
  }
  ranks_.broadcast(std::as_writable_bytes(std::span(&verdict, 1)));
  if (verdict.status == WEIR_OK) return verdict.answer;
  text.resize(verdict.text_size);
  ranks_.broadcast(std::as_writable_bytes(std::span(text)));
  throw Failure(static_cast<weir_status>(verdict.status), text);
}

std::uint64_t Agreement::decide(
    const Part& part, std::uint64_t word,
    const std::function<std::uint64_t(std::vector<std::size_t>)>& on_root) const {
  const std::uint64_t mine[words] = {part.status, part.field,
                                     std::bit_cast<std::uint64_t>(part.time), word};
  const auto parts = ranks_.gather_words(mine);
  try {
    return decide([&]() -> std::uint64_t {
      check_parts(parts);
      return on_root(own_words(parts));
    });
  } catch (const Failure& failure) {
    if (part.status == WEIR_OK) throw;
    throw Failure(failure.status(), part.text);
  }
}

std::string Agreement::share(const std::string& text) const {
  std::uint64_t size = text.size();
  ranks_.broadcast(std::as_writable_bytes(std::span(&size, 1)));
  std::string shared = text;
  shared.resize(size);
  ranks_.broadcast(std::as_writable_bytes(std::span(shared)));
  return shared;
}

}  // namespace weir::client
