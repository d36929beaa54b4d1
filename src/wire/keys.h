#pragma once
// The CURVE keys of a study: D/run/server.key and D/run/client.key, mode 0600 in a folder of mode
// 0700. Whoever can read client.key may send steps; nobody else.

#include <filesystem>
#include <string>

#include "src/core/clock.h"
#include "src/core/file_system.h"

namespace weir::wire {

/// A key pair in ZeroMQ's Z85 text form.
struct CurveKey {
  std::string public_key, secret_key;  ///< 40 characters each
};

/// Whether `text` is the Z85 form of 32 bytes.
bool is_curve_key(const std::string& text);

/// From the system's random source. Error{environment}: this libzmq has no CURVE.
CurveKey make_curve_key();

void write_key_file(FileSystem& files, const std::filesystem::path& path, const CurveKey& key);

/// Error{environment}: not there, file or folder open to others or not ours, damaged, or a public
/// key that does not belong to the secret one.
CurveKey read_key_file(FileSystem& files, const std::filesystem::path& path);

/// The key at `path`, made when there is none: a study keeps its keys over restarts. For one
/// process of a study, rank 0. Errors as read_key_file.
CurveKey read_or_make_key(FileSystem& files, const std::filesystem::path& path);

/// Waits until another process has made the key. Error{environment}: as read_key_file, or not there
/// after `wait`.
CurveKey await_key_file(FileSystem& files, const std::filesystem::path& path, Duration wait);

}  // namespace weir::wire
