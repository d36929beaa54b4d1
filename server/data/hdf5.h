#pragma once
// HDF5's C interface with owners for its handles, its own printing switched off, and its errors as
// text.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

namespace weir::hdf5 {

/// HDF5 prints to stderr what a call returns as an error. Off while one of these lives, then as it
/// was.
class Quiet {
 public:
  Quiet();
  ~Quiet();
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// Why the last call failed: the innermost of HDF5's reasons, which names the system's.
std::string reason();

/// What HDF5 answers with a negative number. Caught where file and fix are known, and thrown on as
/// an Error.
struct Failure {
  std::string reason;
};

template <class Result>
Result checked(Result result) {
  if (result < 0) throw Failure{hdf5::reason()};
  return result;
}

/// Owns a handle. Closing in the destructor reports nothing: files are closed by close().
template <herr_t (*Close)(hid_t)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(checked(id)) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) Close(id_);
  }
  operator hid_t() const { return id_; }
  void close() { checked(Close(std::exchange(id_, H5I_INVALID_HID))); }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

using File = Handle<H5Fclose>;
using Group = Handle<H5Gclose>;
using Dataset = Handle<H5Dclose>;
using Space = Handle<H5Sclose>;
using Type = Handle<H5Tclose>;
using Attribute = Handle<H5Aclose>;
using Properties = Handle<H5Pclose>;

/// Keeps ahead of what HDF5 appends to a file. HDF5 does not survive a write that fails: it leaks,
/// prints and may crash when the process ends. So room on the disk is taken before it is asked to
/// write.
class Reservation {
 public:
  /// Takes room for `bytes` behind the present end of `file`, so that a full disk is a Failure
  /// here. File systems that reserve nothing are left to themselves.
  void take(const File& file, std::uint64_t bytes);

 private:
  std::uint64_t end_ = 0;  ///< as far as room is taken
};

/// To be called before closing a file, and what is open in it, whose content does not matter any
/// more. HDF5 has no such call: closing writes what is cached. So the rest of the writes goes to
/// memory, where they cannot fail.
void give_up(const File& file);

using Extents = std::vector<hsize_t>;

Space space_of(const Extents& extents);
Extents extents_of(const Dataset& dataset);

/// Attributes: text is UTF-8 of variable length when written, of any length when read. `list` has
/// one dimension.
void put(hid_t object, const char* name, const std::string& text);
void put(hid_t object, const char* name, const std::vector<std::string>& list);
void put(hid_t object, const char* name, std::uint32_t number);
void put(hid_t object, const char* name, const std::vector<std::uint64_t>& list);
std::vector<std::string> texts(hid_t object, const char* name);
std::uint32_t number(hid_t object, const char* name);

}  // namespace weir::hdf5
