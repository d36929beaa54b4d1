#pragma once
// A folder as the export leaves it, with a module of the test's.

#include <cstdio>
#include <filesystem>
#include <string>

#include "server/checkpoint/checked_file.h"
#include "src/core/file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir::test {

/// Parameters a in [0, 1] and b in [0, 10], four steps from time 1 on, fields u of 2 and v of 1
/// value.
class ExportedFolder {
 public:
  /// `samples`: what stands in the card.
  std::filesystem::path model(const std::string& samples = R"({"kind": "direct"})") {
    write_card(card(samples));
    return folder_.path();
  }

  std::string card(const std::string& samples) {
    const auto record = record_of_file(posix_file_system(), script());
    char crc[9];
    std::snprintf(crc, sizeof crc, "%08x", static_cast<unsigned>(record.crc));
    return R"({"format": "weir-model", "version": 1, "name": "toy", "samples": )" + samples + R"(,
  "inputs": [{"name": "a", "unit": "", "bounds": [0, 1]}, {"name": "b", "unit": "", "bounds": [0, 10]},
             {"name": "time", "unit": "s", "bounds": [1, 2.5]}],
  "time": {"first": 1, "step": 0.5, "steps": 4, "unit": "s", "sent": false},
  "outputs": [{"name": "u", "unit": "K", "shape": [2], "offset": 0, "size": 2},
              {"name": "v", "unit": "", "shape": [1], "offset": 2, "size": 1}],
  "files": {"model.pt": {"bytes": )" +
           std::to_string(record.bytes) + R"(, "crc32c": ")" + crc + R"("}}})";
  }

  void write_card(const std::string& text) {
    posix_file_system().replace(folder_ / "card.json", text, 0600);
  }

  std::filesystem::path script() const { return folder_ / "model.pt"; }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

}  // namespace weir::test
