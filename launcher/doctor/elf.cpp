#include "launcher/doctor/elf.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

#include <elf.h>

namespace weir {
namespace {

constexpr std::size_t most_entries = 4096;      // of a table; a linker makes a few dozen
constexpr std::size_t most_bytes = 16u << 20u;  // of the names
constexpr std::size_t most_files = 256;         // a LibTorch with CUDA has some tens beside it

struct Links {
  std::vector<std::string> needed;
  std::string folders;  ///< a:b, in which $ORIGIN is the file's own
};

class ElfFile {
 public:
  explicit ElfFile(const std::filesystem::path& path) : in_(path, std::ios::binary) {
    valid_ = read(0, header_) && std::memcmp(header_.e_ident, ELFMAG, SELFMAG) == 0 &&
             header_.e_ident[EI_CLASS] == ELFCLASS64 && header_.e_phentsize == sizeof(Elf64_Phdr);
  }

  Links links() {
    Links links;
    const auto dynamic = segment(PT_DYNAMIC);
    if (!dynamic) return links;
    read_table(*dynamic);
    const auto at = offset_of(names_address_);
    if (!at || names_size_ == 0 || names_size_ > most_bytes) return links;
    std::string all(names_size_, '\0');
    if (!read_bytes(*at, all.data(), all.size())) return links;
    for (const auto offset : needed_)
      if (offset < all.size()) links.needed.emplace_back(all.c_str() + offset);
    if (folders_ && *folders_ < all.size()) links.folders = all.c_str() + *folders_;
    return links;
  }

 private:
  bool read_bytes(std::uint64_t at, char* to, std::size_t size) {
    in_.clear();
    in_.seekg(static_cast<std::streamoff>(at));
    return static_cast<bool>(in_.read(to, static_cast<std::streamsize>(size)));
  }
  template <class T>
  bool read(std::uint64_t at, T& value) {
    return read_bytes(at, reinterpret_cast<char*>(&value), sizeof value);
  }

  template <class Is>
  std::optional<Elf64_Phdr> find_segment(Is is) {
    for (std::uint64_t k = 0; valid_ && k < header_.e_phnum; ++k) {
      Elf64_Phdr one{};
      if (!read(header_.e_phoff + k * sizeof one, one)) break;
      if (is(one)) return one;
    }
    return std::nullopt;
  }
  std::optional<Elf64_Phdr> segment(std::uint32_t type) {
    return find_segment([&](const Elf64_Phdr& one) { return one.p_type == type; });
  }

  /// Where in the file lies what will be at `address`.
  std::optional<std::uint64_t> offset_of(std::uint64_t address) {
    const auto load = find_segment([&](const Elf64_Phdr& one) {
      return one.p_type == PT_LOAD && address >= one.p_vaddr &&
             address - one.p_vaddr < one.p_filesz;
    });
    return load ? std::optional(address - load->p_vaddr + load->p_offset) : std::nullopt;
  }

  void read_table(const Elf64_Phdr& dynamic) {
    for (std::uint64_t k = 0; k < most_entries; ++k) {
      Elf64_Dyn entry{};
      if (!read(dynamic.p_offset + k * sizeof entry, entry) || entry.d_tag == DT_NULL) return;
      if (entry.d_tag == DT_NEEDED) needed_.push_back(entry.d_un.d_val);
      if (entry.d_tag == DT_RUNPATH || entry.d_tag == DT_RPATH) folders_ = entry.d_un.d_val;
      if (entry.d_tag == DT_STRTAB) names_address_ = entry.d_un.d_ptr;
      if (entry.d_tag == DT_STRSZ) names_size_ = entry.d_un.d_val;
    }
  }

  std::ifstream in_;
  Elf64_Ehdr header_{};
  bool valid_ = false;
  std::vector<std::uint64_t> needed_;     ///< offsets into the names
  std::optional<std::uint64_t> folders_;  ///< one, too
  std::uint64_t names_address_ = 0, names_size_ = 0;
};

std::vector<std::filesystem::path> folders_of(const std::string& folders,
                                              const std::filesystem::path& file) {
  std::vector<std::filesystem::path> paths;
  std::istringstream all(folders);
  for (std::string one; std::getline(all, one, ':');) {
    for (const std::string_view origin : {"${ORIGIN}", "$ORIGIN"})
      if (one.starts_with(origin))
        one.replace(0, origin.size(), std::filesystem::absolute(file).parent_path().string());
    if (one.starts_with('/')) paths.emplace_back(one);
  }
  return paths;
}

}  // namespace

std::vector<std::string> elf_needed(const std::filesystem::path& file) {
  std::vector<std::string> names;
  std::vector<std::filesystem::path> files = {file};  // that are read, each once
  for (std::size_t k = 0; k < files.size() && k < most_files; ++k) {
    const Links links = ElfFile(files[k]).links();
    names.insert(names.end(), links.needed.begin(), links.needed.end());
    for (const auto& folder : folders_of(links.folders, files[k])) {
      for (const auto& name : links.needed) {
        std::error_code ignored;
        const auto path = folder / name;
        const bool is_new = std::find(files.begin(), files.end(), path) == files.end();
        if (is_new && std::filesystem::is_regular_file(path, ignored)) files.push_back(path);
      }
    }
  }
  return names;
}

}  // namespace weir
