#include "tests/support/crash_file_system.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "src/core/error.h"

namespace weir::test {
namespace {

[[noreturn]] void refuse(const Path& path, const std::string& reason) {
  throw Error(ErrorKind::environment, "cannot use " + path.string() + ": " + reason);
}

}  // namespace

class CrashFileSystem::File final : public OutputFile {
 public:
  File(CrashFileSystem& disk, Path path, std::shared_ptr<Node> node)
      : disk_(disk), path_(std::move(path)), node_(std::move(node)) {}
  void write(std::string_view bytes) override { disk_.write(*node_, path_, bytes); }
  void sync() override {
    if (disk_.begin(path_)) node_->durable_bytes = node_->bytes;
    disk_.end();
  }
  void close() override { disk_.check_alive(); }

 private:
  CrashFileSystem& disk_;
  Path path_;
  std::shared_ptr<Node> node_;
};

class CrashFileSystem::Input final : public InputFile {
 public:
  Input(CrashFileSystem& disk, Path path, std::shared_ptr<Node> node)
      : disk_(disk), path_(std::move(path)), node_(std::move(node)) {}
  std::uint64_t size() const override { return node_->bytes.size(); }
  void read(std::uint64_t offset, std::span<std::byte> bytes) override {
    disk_.check_alive();
    if (offset > size() || bytes.size() > size() - offset) refuse(path_, "it ends before");
    std::memcpy(bytes.data(), node_->bytes.data() + offset, bytes.size());
  }

 private:
  CrashFileSystem& disk_;
  Path path_;
  std::shared_ptr<Node> node_;
};

CrashFileSystem::CrashFileSystem() : root_(std::make_shared<Node>()) { root_->folder = true; }

CrashFileSystem::~CrashFileSystem() = default;

void CrashFileSystem::crash_at(std::size_t call, Manner manner) {
  crashing_ = call;
  manner_ = manner;
}

void CrashFileSystem::restart(Lost lost, Random& random) {
  crashed_ = false;
  crashing_.reset();
  if (lost != Lost::nothing) lose(*root_, lost, random);
}

void CrashFileSystem::lose(Node& node, Lost lost, Random& random) {
  const bool any = lost == Lost::anything;
  if (any && random.below(2) == 0) {
    const std::size_t kept = random.below(node.bytes.size() + 1);
    node.bytes.resize(std::max(kept, std::min(node.bytes.size(), node.durable_bytes.size())));
  } else if (lost == Lost::all || lost == Lost::data || (any && random.below(2) == 0)) {
    node.bytes = node.durable_bytes;
  }
  if (lost == Lost::all || lost == Lost::names || (any && random.below(2) == 0))
    node.entries = node.durable_entries;
  for (const auto& [name, child] : node.entries) lose(*child, lost, random);
}

void CrashFileSystem::check_alive() const {
  if (crashed_) throw Crash{};
}

bool CrashFileSystem::begin(const Path& path) {
  check_alive();
  const std::size_t call = calls_++;
  if (failing_ == call) refuse(path, "input/output error");
  crashed_ = crashing_ == call;
  return !(crashed_ && manner_ == Manner::within);
}

void CrashFileSystem::end() { check_alive(); }

std::shared_ptr<CrashFileSystem::Node> CrashFileSystem::find(const Path& path) {
  auto node = root_;
  for (const auto& part : path.relative_path()) {
    const auto child = node->entries.find(part.string());
    if (child == node->entries.end()) return nullptr;
    node = child->second;
  }
  return node;
}

CrashFileSystem::Node& CrashFileSystem::folder(const Path& path) {
  const auto node = find(path);
  if (!node || !node->folder) refuse(path, "no such folder");
  return *node;
}

CrashFileSystem::Node& CrashFileSystem::file(const Path& path) {
  const auto node = find(path);
  if (!node || node->folder) refuse(path, "no such file");
  return *node;
}

std::string& CrashFileSystem::content(const Path& path) { return file(path).bytes; }

std::vector<Path> CrashFileSystem::files_under(const Path& path) {
  std::vector<Path> found;
  for (const auto& [name, node] : folder(path).entries) {
    const auto inner = node->folder ? files_under(path / name) : std::vector<Path>{path / name};
    found.insert(found.end(), inner.begin(), inner.end());
  }
  return found;
}

std::size_t CrashFileSystem::names_of(const Path& path) {
  const auto node = find(path);
  const auto all = files_under("/");
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [&](const Path& other) { return find(other) == node; }));
}

std::unique_ptr<OutputFile> CrashFileSystem::create(const Path& path, unsigned mode) {
  auto file = append(path, mode);
  content(path).clear();
  return file;
}

std::unique_ptr<OutputFile> CrashFileSystem::append(const Path& path, unsigned) {
  auto& entries = folder(path.parent_path()).entries;
  const std::string name = path.filename().string();
  if (begin(path) && !entries.contains(name)) entries[name] = std::make_shared<Node>();
  end();
  return std::make_unique<File>(*this, path, entries.at(name));
}

void CrashFileSystem::write(Node& node, const Path& path, std::string_view bytes) {
  node.bytes.append(begin(path) ? bytes : bytes.substr(0, bytes.size() / 2));
  end();
}

std::string CrashFileSystem::read(const Path& path) {
  check_alive();
  return file(path).bytes;
}

std::unique_ptr<InputFile> CrashFileSystem::open(const Path& path) {
  check_alive();
  file(path);
  return std::make_unique<Input>(*this, path, find(path));
}

bool CrashFileSystem::exists(const Path& path) {
  check_alive();
  return find(path) != nullptr;
}

void CrashFileSystem::make_directories(const Path& path, unsigned mode) {
  check_alive();
  if (find(path)) return;
  make_directories(path.parent_path(), mode);
  const auto made = std::make_shared<Node>();
  made->folder = true;
  if (begin(path)) folder(path.parent_path()).entries[path.filename().string()] = made;
  end();
}

void CrashFileSystem::rename(const Path& from, const Path& to) {
  auto& left = folder(from.parent_path()).entries;
  auto& entered = folder(to.parent_path()).entries;
  const auto there = find(to), node = find(from);
  if (!node) refuse(from, "no such file");
  if (there && there->folder && !there->entries.empty()) refuse(to, "folder not empty");
  if (begin(to)) {
    left.erase(from.filename().string());
    entered[to.filename().string()] = node;
  }
  end();
}

void CrashFileSystem::remove(const Path& path) {
  if (begin(path) && find(path)) folder(path.parent_path()).entries.erase(path.filename().string());
  end();
}

void CrashFileSystem::sync_directory(const Path& path) {
  Node& node = folder(path);
  if (begin(path)) node.durable_entries = node.entries;
  end();
}

bool CrashFileSystem::link(const Path& from, const Path& to) {
  if (!links_) return false;
  file(from);
  if (begin(to)) folder(to.parent_path()).entries[to.filename().string()] = find(from);
  end();
  return true;
}

std::vector<std::string> CrashFileSystem::list(const Path& path) {
  check_alive();
  std::vector<std::string> names;
  if (!find(path)) return names;
  for (const auto& [name, node] : folder(path).entries) names.push_back(name);
  return names;
}

/// A call for each file and folder, as on a real disk.
void CrashFileSystem::remove_all(const Path& path) {
  check_alive();
  const auto node = find(path);
  if (!node) return;
  const auto names = node->folder ? list(path) : std::vector<std::string>{};
  for (const auto& name : names) remove_all(path / name);
  remove(path);
}

void CrashFileSystem::truncate(const Path& path, std::uint64_t size) {
  Node& node = file(path);
  if (begin(path)) node.bytes.resize(size);
  end();
}

}  // namespace weir::test
