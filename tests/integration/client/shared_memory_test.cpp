// Which clients keep their frames in memory that a server on the same machine reads.
#include <fstream>

#include "tests/integration/client/serial_fixture.h"

namespace weir::test {
namespace {

using ClientSharedMemory = SerialClientTest;

/// The server that reads it is in this process as well, and cannot write it.
std::size_t writable_frame_memories() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);)
    count += line.find("memfd:weir-frames") != std::string::npos &&
             line.find(" rw-s ") != std::string::npos;
  return count;
}

TEST_F(ClientSharedMemory, IsThereWhereAFieldIsLarge) {
  FakeStudy study;
  study.fields = {{"u", 12}, {"v", 8192}};
  serve_and_connect(study);
  EXPECT_EQ(writable_frame_memories(), 1u);
}

TEST_F(ClientSharedMemory, IsNotTakenWhereAllFieldsAreSmall) {
  FakeStudy study;
  study.fields = {{"u", 12}, {"v", 8191}};
  serve_and_connect(study);
  EXPECT_EQ(writable_frame_memories(), 0u);
}

}  // namespace
}  // namespace weir::test
