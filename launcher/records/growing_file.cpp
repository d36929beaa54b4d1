#include "launcher/records/growing_file.h"

#include <algorithm>

#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr std::uint64_t most_at_once = std::uint64_t{8} << 20;
constexpr std::size_t remembered = 64;  // bytes; two records that differ nowhere in them are one

std::string text_at(InputFile& file, std::uint64_t offset, std::uint64_t size) {
  std::string text(size, '\0');
  file.read(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

}  // namespace

bool GrowingFile::goes_on(InputFile& file) const {
  if (WEIR_BUG("losses_of_a_dead_server")) return true;
  return file.size() >= offset_ &&
         text_at(file, offset_ - before_.size(), before_.size()) == before_;
}

void GrowingFile::look(FileSystem& files, const std::function<void()>& anew,
                       const std::function<void(std::string_view)>& lines) {
  const auto file = files.open(path_);
  if (!goes_on(*file)) {
    offset_ = 0;
    before_.clear();
    anew();
  }
  while (offset_ < file->size()) {
    std::string text = text_at(*file, offset_, std::min(most_at_once, file->size() - offset_));
    const auto end = text.rfind('\n');
    if (end == text.npos && text.size() < most_at_once) return;  // the end has not come yet
    if (end != text.npos) text.resize(end + 1);
    offset_ += text.size();
    before_ = text.substr(text.size() - std::min(text.size(), remembered));
    lines(text);
  }
}

}  // namespace weir
