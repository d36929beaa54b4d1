#pragma once
// The lineage log of a server rank: which batch trained on which samples and, when the study is
// reproducible, the order of everything that decided it. docs/formats.md describes the file.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/file_system.h"
#include "src/core/sample_id.h"

namespace weir {

/// Opens the file. Value type.
struct LineageHeader {
  bool reproducible = false;  ///< arrivals are in it as well
  std::uint64_t steps = 0;    ///< of a simulation
  std::uint64_t rank = 0, ranks = 1;
  std::uint64_t lead = 0;  ///< autoregressive samples: steps between both halves of a pair; else 0
  bool operator==(const LineageHeader&) const = default;
};

/// One thing that happened to the sample store. Those marked * are only in a reproducible log.
struct LineageEvent {
  enum class Kind : std::uint8_t {
    draw = 1,        ///< a batch was drawn: `number` of the batch, `ids`
    begin,           ///< * a slot was taken for an arrival: `number` of the slot, one of `ids`
    commit,          ///< * the slot `number` joined the population
    abandon,         ///< * the slot `number` is free again
    peek,            ///< * the trainer looked at `number` samples, or as many as there were
    unpinned,        ///< * the slots of the last draw or peek may be evicted again
    reception_over,  ///< no arrival comes any more
    restored,  ///< the server was started again and went on here: what was being filled is free
    gap,       ///< events before this are missing: the disk was full
    end,       ///< the training ended in order; `number` is 1 when it had used up all samples
  };
  Kind kind = Kind::end;
  std::uint64_t number = 0;
  std::vector<SampleId> ids;
  bool operator==(const LineageEvent&) const = default;
};

namespace lineage {

inline constexpr std::size_t header_size = 8 + 4 + 4 + 3 * 8 + 4;
inline constexpr std::size_t largest_frame = std::size_t{64} << 20;  ///< bytes of events

std::string encode(const LineageHeader& header);
void append(std::string& events, LineageEvent::Kind kind, std::uint64_t number = 0,
            std::span<const SampleId> ids = {});
/// Length and checksum of `events`, and these. At most largest_frame bytes of events.
std::string frame(std::string_view events);

}  // namespace lineage

/// Goes through a log from its start. Not thread-safe. Errors: Error{environment} when the file
/// cannot be read; Error{input} when it is no lineage log, of another version, or its header is
/// damaged.
class LineageReader {
 public:
  LineageReader(FileSystem& files, const Path& path);

  const LineageHeader& header() const { return header_; }
  /// The next event, until the end or the first frame that is cut or damaged. The reference is good
  /// until the next call. Null: there is no more.
  const LineageEvent* next();
  /// Bytes at the end of the file that are no whole frame: a crash cut what was being written.
  std::uint64_t torn_bytes() const { return torn_; }

 private:
  bool load_frame();
  bool parse_event();

  std::unique_ptr<InputFile> file_;
  LineageHeader header_;
  std::uint64_t offset_ = 0, torn_ = 0;
  std::string frame_;
  std::string_view rest_;  ///< of the frame
  LineageEvent event_;
};

}  // namespace weir
