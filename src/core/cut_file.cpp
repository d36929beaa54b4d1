#include "src/core/cut_file.h"

#include <algorithm>
#include <span>
#include <string>

#include "src/core/error.h"

namespace weir {
namespace {

constexpr std::uint64_t chunk = std::uint64_t{1} << 20;

void copy_beginning(FileSystem& files, const Path& from, const Path& to, std::uint64_t size) {
  const auto in = files.open(from);
  const auto out = files.create(to, 0600);
  std::string bytes;
  for (std::uint64_t done = 0; done < size; done += bytes.size()) {
    bytes.resize(std::min(chunk, size - done));
    in->read(done, std::as_writable_bytes(std::span(bytes)));
    out->write(bytes);
  }
  out->sync();
  out->close();
}

}  // namespace

void cut_file(FileSystem& files, const Path& path, std::uint64_t size) {
  const Path copy = path.string() + ".cut";
  try {
    copy_beginning(files, path, copy, size);
    files.rename(copy, path);
    files.sync_directory(path.parent_path());
  } catch (const Error&) {
    files.remove(copy);
    files.truncate(path, size);
  }
}

}  // namespace weir
