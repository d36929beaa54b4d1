#pragma once
// One rank's part of a cut, as files.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/checkpoint/checkpoint.h"
#include "server/checkpoint/manifest.h"
#include "server/checkpoint/segment_sources.h"

namespace weir {

// Names in a rank's folder.
inline constexpr const char* training_name = "training.safetensors";
inline constexpr const char* store_name = "store";
inline constexpr const char* ledger_name = "ledger";
inline constexpr const char* server_name = "server.json";
inline constexpr const char* list_name = "files.json";
inline constexpr const char* manifest_name = "manifest.json";

/// "checkpoints/.N.partial"
Path partial_path(const Path& folder, std::uint64_t number);

/// Used once. Errors: those of CheckpointFolder::write_part; what was written stays.
class PartWriter {
 public:
  /// All outlive it; `folder` is D/checkpoints.
  PartWriter(FileSystem& files, const Path& folder, VerifiedFiles& verified, RankCut& cut,
             std::size_t rank);

  PartWritten write();

 private:
  void begin();
  void write_store();
  void finish();
  void add(const std::string& name, FileRecord record);
  void add(const std::string& name, std::string_view content);

  FileSystem& files_;
  const Path& folder_;
  VerifiedFiles& verified_;
  RankCut& cut_;
  std::size_t rank_;
  Path part_;
  FileList list_;
  PartWritten written_;
};

}  // namespace weir
