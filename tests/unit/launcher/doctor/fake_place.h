#pragma once
// A place that is as a test says: its machine, and a batch system whose commands answer from a
// script.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/doctor/check.h"

namespace weir::test {

/// A machine that has what the test says it has.
class FakeMachine final : public Machine {
 public:
  using Path = std::filesystem::path;
  std::uint64_t free_memory() const override { return memory; }
  std::optional<std::uint64_t> free_disk(const Path&) const override { return disk; }
  std::optional<std::uint64_t> free_files(const Path&) const override { return inodes; }
  FileSystemKind file_system(const Path&) const override { return system; }
  std::optional<double> file_clock_ahead(const Path&) const override { return clock_ahead; }
  std::optional<std::string> lock_error(const Path&) const override { return no_locks; }
  std::optional<Access> access_of(const Path& path) const override {
    const auto found = accesses.find(path);
    return found == accesses.end() ? std::nullopt : std::optional(found->second);
  }
  std::size_t cores() const override { return 8; }
  std::size_t file_limit() const override { return open_files; }
  std::size_t accelerators() const override { return gpus; }
  bool is_file(const Path& path) const override {
    return files.contains(path) || is_executable(path) || is_hdf5(path);
  }
  std::optional<std::string> text_of(const Path& path) const override {
    const auto found = texts.find(path);
    return found == texts.end() ? std::nullopt : std::optional(found->second);
  }
  bool is_executable(const Path& path) const override { return programs.contains(path); }
  std::optional<Path> find_program(const std::string& name) const override {
    return programs.contains(name) ? std::optional<Path>(name) : std::nullopt;
  }
  std::vector<std::string> needed_libraries(const Path& path) const override {
    const auto found = libraries.find(path);
    return found == libraries.end() ? std::vector<std::string>() : found->second;
  }
  bool is_hdf5(const Path& path) const override { return data_sets.contains(path); }
  std::vector<NetworkAddress> addresses() const override { return interfaces; }
  std::string host() const override { return "login1"; }
  std::string user() const override { return "me"; }
  std::optional<std::string> environment(const std::string& name) const override {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  }

  std::uint64_t memory = 1 << 30;
  std::optional<std::uint64_t> disk = 1 << 30, inodes = 1 << 20;
  FileSystemKind system = {"nfs", Sharing::likely};
  std::optional<double> clock_ahead = 0.01;
  std::optional<std::string> no_locks;
  std::map<Path, Access> accesses;
  std::map<Path, std::string> texts;
  std::size_t open_files = 4096, gpus = 0;
  std::set<Path> files, data_sets,
      programs = {"mpirun", "/solver", "/weir-server", "/weir-job", "sbatch",
                  "squeue", "scancel", "scontrol",     "sinfo",     "srun",
                  "oarsub", "oarstat", "oardel"};
  std::map<Path, std::vector<std::string>> libraries = {{"/weir-server", {"libmpi.so.40"}}};
  std::vector<NetworkAddress> interfaces = {{"lo", "127.0.0.1", false},
                                            {"ib0", "192.0.2.7", false}};
  std::map<std::string, std::string> variables;
};

/// Commands that answer what a test has written down; any other one is not there.
class ScriptedCommands final : public CommandRunner {
 public:
  CommandResult run(const std::vector<std::string>& command, Duration deadline,
                    const std::vector<std::string>&) override {
    if (hangs || slowness > deadline) {
      clock.advance(deadline);
      return {.exit_code = 137, .timed_out = true, .out = "", .err = ""};
    }
    clock.advance(slowness);
    std::string line;
    for (const auto& argument : command) line += (line.empty() ? "" : " ") + argument;
    for (const auto& [start, result] : answers)
      if (line.starts_with(start)) return result;
    return {
        .exit_code = 1, .timed_out = false, .out = "", .err = command[0] + ": no such command\n"};
  }

  std::map<std::string, CommandResult> answers;
  Duration slowness{};  ///< that each takes
  bool hangs = false;   ///< none of them ends
  ManualClock clock;
};

inline CommandResult prints(const std::string& text) {
  return {.exit_code = 0, .timed_out = false, .out = text, .err = ""};
}

/// A study of a solver "/solver" in such a place.
class DoctorTest : public testing::Test {
 protected:
  DoctorTest() {
    study_.name = "toy";
    study_.simulation.count = 10;
    study_.simulation.steps = 100;
    study_.simulation.fields = {{.name = "u", .shape = {10, 100}, .unit = ""}};
    study_.simulation.command = {"/solver"};
    study_.parameters = {{.name = "a", .lower = 0, .upper = 1, .unit = ""}};
    study_.buffer.capacity = 100;
    study_.training.model.hidden = {20};
    commands_.answers["mpirun --version"] = prints("mpirun (Open MPI) 4.1.4\n\nReport bugs to …\n");
  }

  Findings findings() {
    return check_study(study_, {.machine = machine_,
                                .server = "/weir-server",
                                .output = output_,
                                .record = record_,
                                .commands = &commands_,
                                .clock = &commands_.clock});
  }
  int exit_code() { return exit_code_of(findings()); }
  Finding about(const std::string& subject) {
    for (const auto& finding : findings())
      if (finding.subject == subject) return finding;
    ADD_FAILURE() << "nothing about " << subject;
    return {};
  }
  void expect_error(const std::string& subject, ErrorKind kind, const std::string& text) {
    const auto finding = about(subject);
    EXPECT_EQ(finding.severity, Severity::error) << line_of(finding);
    EXPECT_THAT(finding.text, testing::HasSubstr(text));
    EXPECT_EQ(exit_code(), static_cast<int>(kind));
  }
  void expect_warning(const std::string& subject, const std::string& text) {
    const auto finding = about(subject);
    EXPECT_EQ(finding.severity, Severity::warning) << line_of(finding);
    EXPECT_THAT(finding.text, testing::HasSubstr(text));
    EXPECT_EQ(exit_code(), 0);
  }
  void expect_no_complaint() {
    for (const auto& finding : findings())
      EXPECT_EQ(finding.severity, Severity::ok) << line_of(finding);
  }

  Study study_;
  FakeMachine machine_;
  ScriptedCommands commands_;
  std::filesystem::path record_, output_ = "/home/me/out";
};

}  // namespace weir::test
