#include "server/metrics/event_folder.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_reader.h"
#include "src/core/error.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;

const Settings settings = {{"training/batch", 10.0}, {"training/model/kind", std::string("mlp")}};

class EventFolderTest : public testing::Test {
 protected:
  std::vector<std::string> names() { return posix_file_system().list(folder_ / "t"); }
  /// The tags of a file's events behind the first, which tells the version.
  std::vector<std::string> tags(const std::string& name) {
    std::vector<std::string> found;
    const std::string file = posix_file_system().read(folder_ / "t" / name);
    const auto events = events_of(file);
    for (std::size_t k = 1; k < events.size(); ++k) {
      const auto value = proto_field(proto_field(events[k], 5).text, 1).text;
      found.emplace_back(proto_field(value, 1).text);
    }
    return found;
  }

  TemporaryFolder folder_;
  EventFolder events_{posix_file_system(), folder_ / "t"};
  const std::vector<TaggedPicture> pictures_ = {
      {"evaluation/best/u/truth", "about", {.width = 1, .height = 1, .png = "png"}}};
};

TEST_F(EventFolderTest, HasTheSettingsOnceHoweverOftenAServerBegins) {
  events_.begin(settings);
  events_.begin(settings);
  ASSERT_THAT(names(), ElementsAre(EndsWith(".settings")));
  EXPECT_THAT(tags(names()[0]), ElementsAre("_hparams_/session_start_info"));
}

TEST_F(EventFolderTest, HasPicturesAndTheEnd) {
  events_.begin(settings);
  events_.end(/*batch=*/70, pictures_, /*success=*/true);
  ASSERT_THAT(names(), ElementsAre(EndsWith(".settings"), EndsWith(".end")));
  EXPECT_THAT(tags(names()[1]),
              ElementsAre("evaluation/best/u/truth", "_hparams_/session_end_info"));
}

TEST_F(EventFolderTest, ForgetsTheEndOfAStudyThatGoesOn) {
  events_.begin(settings);
  events_.end(70, pictures_, false);
  events_.begin(settings);
  EXPECT_THAT(names(), ElementsAre(EndsWith(".settings")));
}

TEST_F(EventFolderTest, LeavesOtherFilesAlone) {
  posix_file_system().make_directories(folder_ / "t", 0700);
  posix_file_system().replace(folder_ / "t" / "events.out.tfevents.5.weir.1", "", 0600);
  posix_file_system().replace(folder_ / "t" / "my.settings", "", 0600);
  events_.begin(settings);
  EXPECT_EQ(names().size(), 3u);
}

TEST_F(EventFolderTest, PutsNewFilesBehindThoseOfAClockThatIsAhead) {
  posix_file_system().make_directories(folder_ / "t", 0700);
  posix_file_system().replace(folder_ / "t" / "events.out.tfevents.9000000000.weir.1", "", 0600);
  const auto name = new_event_file(posix_file_system(), folder_ / "t").filename().string();
  EXPECT_THAT(name, testing::StartsWith("events.out.tfevents.9000000001.weir."));
}

TEST_F(EventFolderTest, HasAFileWholeOrNot) {
  FaultyFileSystem full(posix_file_system(), /*first_failure=*/0);
  EXPECT_THROW(EventFolder(full, folder_ / "t").begin(settings), Error);
  EXPECT_THAT(names(), IsEmpty());
}

}  // namespace
}  // namespace weir
