#include "server/cut_files.h"

namespace weir {

namespace {

class FolderFiles final : public CutFiles {
 public:
  FolderFiles(CheckpointFolder& folder, std::size_t keep) : folder_(folder), keep_(keep) {}
  PartWritten write(RankCut& cut) override { return folder_.write_part(cut, cut.rank); }
  void publish(const CutName& name) override {
    folder_.publish(name);
    folder_.prune(keep_);
  }
  void give_up(std::uint64_t number) noexcept override { folder_.give_up(number); }

 private:
  CheckpointFolder& folder_;
  const std::size_t keep_;
};

}  // namespace

std::unique_ptr<CutFiles> make_cut_files(CheckpointFolder& folder, std::size_t keep) {
  return std::make_unique<FolderFiles>(folder, keep);
}

}  // namespace weir
