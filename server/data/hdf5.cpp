#include "server/data/hdf5.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace weir::hdf5 {
namespace {

herr_t keep_description(unsigned, const H5E_error2_t* error, void* text) {
  *static_cast<std::string*>(text) = error->desc != nullptr ? error->desc : "";
  return 1;  // the first is the innermost
}

Type text_type() {
  Type type(H5Tcopy(H5T_C_S1));
  checked(H5Tset_size(type, H5T_VARIABLE));
  checked(H5Tset_cset(type, H5T_CSET_UTF8));
  return type;
}

void put(hid_t object, const char* name, hid_t type, hid_t memory_type, const Space& space,
         const void* data) {
  const Attribute attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
  checked(H5Awrite(attribute, memory_type, data));
}

/// HDF5 wraps what the system said in times, addresses and counts of bytes.
std::string system_message(const std::string& description) {
  constexpr std::string_view before = "error message = '";
  const auto found = description.find(before);
  if (found == std::string::npos) return description;
  const auto start = found + before.size();
  return description.substr(start, description.find('\'', start) - start);
}

/// Of the default driver, which is the only one that weir uses.
int descriptor_of(const File& file) {
  void* descriptor = nullptr;
  checked(H5Fget_vfd_handle(file, H5P_DEFAULT, &descriptor));
  return *static_cast<int*>(descriptor);
}

Space one() { return Space(H5Screate(H5S_SCALAR)); }

std::vector<std::string> variable_texts(const Attribute& attribute, const Space& space,
                                        std::size_t count) {
  const Type type = text_type();
  std::vector<char*> pointers(count, nullptr);
  checked(H5Aread(attribute, type, pointers.data()));
  std::vector<std::string> list;
  for (const char* text : pointers) list.emplace_back(text != nullptr ? text : "");
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
  return list;
}

std::vector<std::string> fixed_texts(const Attribute& attribute, const Type& type,
                                     std::size_t count) {
  const std::size_t size = H5Tget_size(type);
  std::string bytes(size * count, '\0');
  checked(H5Aread(attribute, type, bytes.data()));
  std::vector<std::string> list;
  for (std::size_t k = 0; k < count; ++k) list.emplace_back(bytes.substr(k * size, size).c_str());
  return list;
}

}  // namespace

Quiet::Quiet() {
  H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Quiet::~Quiet() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }

std::string reason() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_description, &text);
  return text.empty() ? "HDF5 gives no reason" : system_message(text);
}

void Reservation::take(const File& file, std::uint64_t bytes) {
  constexpr std::uint64_t step = 16u << 20;  // fewer system calls while there is plenty
  hsize_t size = 0;
  checked(H5Fget_filesize(file, &size));
  if (size + bytes <= end_) return;
  const int descriptor = descriptor_of(file);
  for (const std::uint64_t end : {size + bytes + step, size + bytes}) {
    const auto length = static_cast<off_t>(end - std::min<std::uint64_t>(end, end_));
    if (fallocate(descriptor, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(end_), length) == 0) {
      end_ = end;
      return;
    }
  }
  if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
    throw Failure{std::generic_category().message(errno)};
}

void give_up(const File& file) {
  if (file < 0) return;
  const int memory = memfd_create("weir-given-up", MFD_CLOEXEC);
  if (memory < 0) return;
  dup3(memory, descriptor_of(file), O_CLOEXEC);
  ::close(memory);
}

Space space_of(const Extents& extents) {
  return Space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr));
}

Extents extents_of(const Dataset& dataset) {
  const Space space(H5Dget_space(dataset));
  Extents extents(static_cast<std::size_t>(checked(H5Sget_simple_extent_ndims(space))));
  checked(H5Sget_simple_extent_dims(space, extents.data(), nullptr));
  return extents;
}

void put(hid_t object, const char* name, const std::string& text) {
  const Type type = text_type();
  const char* pointer = text.c_str();
  put(object, name, type, type, one(), &pointer);
}

void put(hid_t object, const char* name, const std::vector<std::string>& list) {
  const Type type = text_type();
  std::vector<const char*> pointers;
  for (const auto& text : list) pointers.push_back(text.c_str());
  put(object, name, type, type, space_of({list.size()}), pointers.data());
}

void put(hid_t object, const char* name, std::uint32_t number) {
  put(object, name, H5T_STD_U32LE, H5T_NATIVE_UINT32, one(), &number);
}

void put(hid_t object, const char* name, const std::vector<std::uint64_t>& list) {
  put(object, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, space_of({list.size()}), list.data());
}

std::vector<std::string> texts(hid_t object, const char* name) {
  const Attribute attribute(H5Aopen(object, name, H5P_DEFAULT));
  const Type type(H5Aget_type(attribute));
  if (H5Tget_class(type) != H5T_STRING)
    throw Failure{std::string("attribute ") + name + " is not text"};
  const Space space(H5Aget_space(attribute));
  const auto count = static_cast<std::size_t>(checked(H5Sget_simple_extent_npoints(space)));
  return checked(H5Tis_variable_str(type)) > 0 ? variable_texts(attribute, space, count)
                                               : fixed_texts(attribute, type, count);
}

std::uint32_t number(hid_t object, const char* name) {
  const Attribute attribute(H5Aopen(object, name, H5P_DEFAULT));
  const Space space(H5Aget_space(attribute));
  if (H5Sget_simple_extent_npoints(space) != 1)
    throw Failure{std::string("attribute ") + name + " is not one number"};
  std::uint32_t value = 0;
  checked(H5Aread(attribute, H5T_NATIVE_UINT32, &value));
  return value;
}

}  // namespace weir::hdf5
