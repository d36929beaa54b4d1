#include "launcher/records/journal.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/core/error.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const JournalEntry intent{
    .event = JournalEvent::intent, .name = "weir.s.0.0", .job = "", .reason = ""};
const JournalEntry submitted{
    .event = JournalEvent::submitted, .name = "weir.s.0.0", .job = "42", .reason = ""};
const JournalEntry ended{
    .event = JournalEvent::ended, .name = "weir.s.0.0", .job = "42", .reason = "exit \"1\"\n"};

class JournalTest : public testing::Test {
 protected:
  void append(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "journal.jsonl";
  FileSystem& files_ = posix_file_system();
};

TEST_F(JournalTest, ReadsBackWhatWasWritten) {
  Journal journal(files_, path_);
  for (const auto& entry : {intent, submitted, ended}) journal.write(entry);
  EXPECT_THAT(read_journal(files_, path_), ElementsAre(intent, submitted, ended));
}

TEST_F(JournalTest, HasEachEntryOnDiskWhenWriteReturns) {
  Journal journal(files_, path_);
  journal.write(intent);
  EXPECT_THAT(read_journal(files_, path_), SizeIs(1));
}

TEST_F(JournalTest, GoesOnBehindWhatAnEarlierLauncherWrote) {
  Journal(files_, path_).write(intent);
  Journal(files_, path_).write(submitted);
  EXPECT_THAT(read_journal(files_, path_), ElementsAre(intent, submitted));
}

TEST_F(JournalTest, LeavesOutALineThatACrashHasCut) {
  Journal(files_, path_).write(intent);
  append(R"({"event":"submitted","name":"wei)");
  EXPECT_THAT(read_journal(files_, path_), ElementsAre(intent));
}

TEST_F(JournalTest, RemovesALineThatWasCutBeforeItGoesOn) {
  Journal(files_, path_).write(intent);
  append(R"({"event":"submitted","name":"wei)");
  Journal(files_, path_).write(ended);
  EXPECT_THAT(read_journal(files_, path_), ElementsAre(intent, ended));
}

TEST_F(JournalTest, ReadsWhatIsLeftAfterACutAtAnyByte) {
  {
    Journal journal(files_, path_);
    for (const auto& entry : {intent, submitted, ended}) journal.write(entry);
  }
  const auto text = files_.read(path_);
  std::size_t before = 0;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    std::ofstream(path_, std::ios::trunc) << text.substr(0, size);
    const auto entries = read_journal(files_, path_);
    EXPECT_GE(entries.size(), before) << size;
    before = entries.size();
  }
  EXPECT_EQ(before, 3u);
}

TEST_F(JournalTest, NamesTheNumberOfADamagedLine) {
  Journal(files_, path_).write(intent);
  for (const char* line :
       {"nonsense\n", "[]\n", "{\"event\":\"flown\",\"name\":\"x\"}\n", "{\"event\":3}\n"}) {
    std::filesystem::resize_file(path_, 0);
    Journal(files_, path_).write(intent);
    append(line);
    try {
      read_journal(files_, path_);
      FAIL() << line;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_THAT(error.what(), HasSubstr("line 2"));
    }
  }
}

}  // namespace
}  // namespace weir
