#include "server/checkpoint/checked_file.h"

#include <algorithm>
#include <span>
#include <utility>

#include "src/core/crc32c.h"
#include "src/core/error.h"
#include "src/core/planted_bug.h"

namespace weir {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20;

[[noreturn]] void refuse(const Path& path, const std::string& what) {
  throw Error(ErrorKind::input,
              path.string() + " " + what + ": it was cut or damaged; use another checkpoint");
}

void check_size(const Path& path, std::uint64_t found, const FileRecord& record) {
  if (found == record.bytes) return;
  refuse(path, "has " + std::to_string(found) + " bytes, not the " + std::to_string(record.bytes) +
                   " that were written");
}

void check_crc(const Path& path, std::uint32_t found, const FileRecord& record) {
  if (found == record.crc || WEIR_BUG("checksum_ignored")) return;
  refuse(path, "has another checksum than what was written");
}

std::uint32_t crc_of(InputFile& file) {
  std::string piece(std::min<std::uint64_t>(piece_bytes, file.size()), '\0');
  std::uint32_t crc = 0;
  for (std::uint64_t offset = 0; offset < file.size(); offset += piece.size()) {
    piece.resize(std::min<std::uint64_t>(piece_bytes, file.size() - offset));
    file.read(offset, std::as_writable_bytes(std::span(piece)));
    crc = crc32c(piece, crc);
  }
  return crc;
}

}  // namespace

FileRecord record_of(std::string_view content) {
  return {.path = {}, .bytes = content.size(), .crc = crc32c(content)};
}

FileRecord record_of_file(FileSystem& files, const Path& path) {
  const auto file = files.open(path);
  return {.path = {}, .bytes = file->size(), .crc = crc_of(*file)};
}

CheckedFile::CheckedFile(FileSystem& files, Path path)
    : files_(files), path_(std::move(path)), file_(files.create(path_, 0600)) {}

void CheckedFile::write(std::string_view bytes) {
  record_.crc = crc32c(bytes, record_.crc);
  record_.bytes += bytes.size();
  if (buffer_.size() + bytes.size() > piece_bytes) flush();
  if (bytes.size() >= piece_bytes) {
    file_->write(bytes);
  } else {
    buffer_.append(bytes);
  }
}

void CheckedFile::flush() {
  if (!buffer_.empty()) file_->write(buffer_);
  buffer_.clear();
}

FileRecord CheckedFile::finish() {
  flush();
  if (!WEIR_BUG("no_fsync")) file_->sync();
  file_->close();
  try {
    check_file(files_, path_, record_);
  } catch (const Error& error) {
    throw Error(ErrorKind::environment,
                "cannot read back what was written: " + std::string(error.what()));
  }
  return record_;
}

FileRecord write_checked(FileSystem& files, const Path& path, std::string_view bytes) {
  CheckedFile file(files, path);
  file.write(bytes);
  return file.finish();
}

void check_file(FileSystem& files, const Path& path, const FileRecord& record) {
  const auto file = files.open(path);
  check_size(path, file->size(), record);
  check_crc(path, crc_of(*file), record);
}

void check_size(FileSystem& files, const Path& path, const FileRecord& record) {
  check_size(path, files.open(path)->size(), record);
}

std::string read_checked(FileSystem& files, const Path& path, const FileRecord& record) {
  const auto file = files.open(path);
  check_size(path, file->size(), record);
  std::string content(record.bytes, '\0');
  file->read(0, std::as_writable_bytes(std::span(content)));
  check_crc(path, crc32c(content), record);
  return content;
}

}  // namespace weir
