#include "launcher/schedulers/log_tail.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <vector>

namespace weir {
namespace {

constexpr std::streamoff tail_bytes = 16 << 10;
constexpr std::size_t max_line = 200;

// What slurmstepd writes where the accounting watches memory, and where cgroups do.
constexpr std::array<std::string_view, 5> memory_messages = {
    "exceeded memory limit", "Exceeded job memory limit", "Exceeded step memory limit",
    "oom_kill event", "oom-kill event"};

std::string printable(std::string line) {
  std::erase_if(line, [](unsigned char c) { return c < ' ' || c == 0x7f; });
  line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
  return line;
}

std::vector<std::string> tail_lines(const std::filesystem::path& log) {
  std::ifstream file(log, std::ios::binary);
  file.seekg(0, std::ios::end);
  const std::streamoff size = file.tellg();
  if (size <= 0) return {};
  file.seekg(std::max<std::streamoff>(size - tail_bytes, 0));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    if (line = printable(line); !line.empty()) lines.push_back(line);
  return lines;
}

/// "rank 3: text" → "text".
std::string without_rank(const std::string& text) {
  const auto colon = text.find(": ");
  const bool named = text.starts_with("rank ") && colon != std::string::npos;
  return named ? text.substr(colon + 2) : text;
}

}  // namespace

std::string last_line(const std::filesystem::path& log) {
  const auto lines = tail_lines(log);
  return lines.empty() ? "" : lines.back().substr(0, max_line);
}

std::string loading_error(const std::filesystem::path& log) {
  const auto lines = tail_lines(log);
  const auto found = std::find_if(lines.rbegin(), lines.rend(), [](const std::string& line) {
    return line.find("error while loading shared libraries") != std::string::npos ||
           line.find("symbol lookup error") != std::string::npos;
  });
  return found == lines.rend() ? last_line(log) : found->substr(0, max_line);
}

bool tells_out_of_memory(const std::filesystem::path& log) {
  const auto lines = tail_lines(log);
  return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.starts_with("slurmstepd") &&
           std::any_of(memory_messages.begin(), memory_messages.end(),
                       [&](std::string_view part) { return line.find(part) != std::string::npos; });
  });
}

std::string last_server_message(const std::filesystem::path& log) {
  const std::string prefix = "weir-server: ";
  const auto lines = tail_lines(log);
  const auto found = std::find_if(lines.rbegin(), lines.rend(), [&](const std::string& line) {
    return line.starts_with(prefix);
  });
  return found == lines.rend() ? "" : without_rank(found->substr(prefix.size()));
}

}  // namespace weir
