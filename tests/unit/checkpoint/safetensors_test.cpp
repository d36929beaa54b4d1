// The safetensors format: what is written is read, what was damaged is refused.

#include "server/checkpoint/safetensors.h"

#include <cstring>

#include <gtest/gtest.h>

#include "src/core/error.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/temporary_folder.h"

namespace weir::safetensors {
namespace {

const std::vector<float> weight = {1, 2, 3, 4, 5, 6};
const std::vector<double> scale = {0.25};

std::vector<TensorView> two_tensors() {
  return {{"layers.0.weight", DataType::f32, {2, 3}, std::as_bytes(std::span(weight))},
          {"scale", DataType::f64, {}, std::as_bytes(std::span(scale))}};
}

std::string written() {
  const test::TemporaryFolder folder;
  write(posix_file_system(), folder / "a.safetensors", two_tensors(), {{"format", "pt"}});
  return posix_file_system().read(folder / "a.safetensors");
}

/// A file with this header and so many bytes of values.
std::string file_of(const std::string& header, std::size_t values) {
  std::string content(8, '\0');
  content[0] = static_cast<char>(header.size());
  return content + header + std::string(values, 'x');
}

std::string refusal(const std::string& content) {
  try {
    parse(content, "a.safetensors");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    return error.what();
  }
  return "accepted";
}

TEST(Safetensors, ReadsBackNamesTypesShapesValuesAndMetadata) {
  const File file = parse(written(), "a.safetensors");
  ASSERT_EQ(file.tensors.size(), 2U);
  EXPECT_EQ(file.metadata, (Metadata{{"format", "pt"}}));
  const auto* const found = file.find("layers.0.weight");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->type, DataType::f32);
  EXPECT_EQ(found->shape, (std::vector<std::size_t>{2, 3}));
  ASSERT_EQ(found->bytes.size(), 24U);
  EXPECT_EQ(std::memcmp(found->bytes.data(), weight.data(), 24), 0);
  EXPECT_TRUE(file.find("scale")->shape.empty());
  EXPECT_EQ(file.find("bias"), nullptr);
}

TEST(Safetensors, ValuesBeginAtAMultipleOfEightBytes) {
  const std::string content = written();
  EXPECT_EQ(content[8], '{');
  EXPECT_EQ(static_cast<unsigned char>(content[0]) % 8, 0);
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const std::string content = written();
  for (std::size_t size = 0; size < content.size(); ++size) {
    EXPECT_NE(refusal(content.substr(0, size)), "accepted") << size << " bytes";
  }
  EXPECT_NE(refusal(content + 'x'), "accepted");
}

TEST(Safetensors, AFlippedBitIsRefusedOrChangesNothingButANameOrMetadata) {
  const std::string content = written();
  const std::size_t values = content.size() - 32;
  std::size_t refused = 0, accepted = 0;
  for (std::size_t bit = 0; bit < 8 * values; ++bit) {
    std::string flipped = content;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    try {
      const File file = parse(flipped, "flipped");
      ++accepted;
      std::size_t bytes = 0;
      for (const auto& tensor : file.tensors) bytes += tensor.bytes.size();
      EXPECT_EQ(bytes, 32U);
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 3 * accepted);
}

TEST(Safetensors, NamesWhatIsWrong) {
  const std::string u8 = R"("dtype":"U8","shape":[4],"data_offsets":[0,4])";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[]", "does not begin with '{'"},
      {"{\"a\":", "not JSON"},
      {"{\"a\":{" + u8 + "},\"a\":{" + u8 + "}}", "'a' is there twice"},
      {"{\"a\":{" + u8 + ",\"extra\":1}}", "other keys"},
      {R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", "type \"F16\""},
      {R"({"a":{"dtype":"U8","shape":[5],"data_offsets":[0,4]}})", "4 bytes, not what its shape"},
      {R"({"a":{"dtype":"U8","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}})",
       "not what its shape"},
      {R"({"a":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}})", "-4 in its shape"},
      {R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})", "lie outside"},
      {R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}})", "gap or an overlap"},
      {R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})", "after the last tensor"},
      {R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
       "gap or an overlap"},
      {R"({"__metadata__":{"k":1}})", "metadata 'k'"},
  };
  for (const auto& [header, expected] : cases) {
    const std::string text = refusal(file_of(header, /*values=*/4));
    EXPECT_NE(text.find(expected), std::string::npos) << header << "\n" << text;
  }
}

TEST(Safetensors, AFullDiskLeavesTheOldFileAndNoOther) {
  const test::TemporaryFolder folder;
  const auto path = folder / "a.safetensors";
  write(posix_file_system(), path, two_tensors(), {});
  const std::string before = posix_file_system().read(path);
  for (std::size_t writes = 0; writes < 4; ++writes) {
    test::FaultyFileSystem full(posix_file_system(), /*first_failure=*/writes);
    EXPECT_THROW(write(full, path, two_tensors(), {{"new", "yes"}}), Error);
  }
  EXPECT_EQ(posix_file_system().read(path), before);
  const std::filesystem::directory_iterator all(folder.path());
  EXPECT_EQ(std::distance(begin(all), end(all)), 1);
}

}  // namespace
}  // namespace weir::safetensors
