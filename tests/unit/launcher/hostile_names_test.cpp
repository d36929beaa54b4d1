// What a shell, a terminal or an option parser would obey, in every string of a study: it is
// refused, or it goes through as it is, in one argument. The keys are taken from the declarations
// of the study, so that a new one cannot be forgotten.

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/run/jobs.h"
#include "launcher/schedulers/batch_script.h"
#include "launcher/schedulers/job_file.h"
#include "launcher/schedulers/slurm_commands.h"
#include "src/core/error.h"
#include "src/study/declare.h"
#include "src/study/json_text.h"
#include "src/study/parse.h"
#include "tests/support/temporary_folder.h"

namespace weir {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A string of a study: where it stands, and as what.
struct Place {
  enum class Kind { text, path, word, list, program, value, key } kind = Kind::text;
  std::string pointer;
};

/// Visits declarations, and collects every place of a string; words are those of an enumeration.
class StringPlaces {
 public:
  explicit StringPlaces(std::string pointer = "") : pointer_(std::move(pointer)) {}

  template <class T>
  void value(const Key& key, T&) {
    if constexpr (std::is_enum_v<T>) add(key, Place::Kind::word);
  }
  void value(const Key& key, std::string&) { add(key, Place::Kind::text); }
  void value(const Key& key, std::filesystem::path&) { add(key, Place::Kind::path); }
  void value(const Key& key, std::vector<std::string>&) {
    add(key, key.form == Form::program ? Place::Kind::program : Place::Kind::list);
  }
  void value(const Key& key, std::map<std::string, std::string>&) {
    add(key, Place::Kind::value);
    add(key, Place::Kind::key);
  }
  template <class T>
  void value(const Key& key, std::optional<T>&) {
    static_assert(!std::is_convertible_v<T, std::string>, "collect this kind of string as well");
    (void)key;
  }
  void bounds(const Key&, double&, double&) {}
  void constant(const Key& key, std::string_view) { add(key, Place::Kind::word); }
  template <class S>
  void section(const Key& key, S& settings) {
    descend(child(pointer_, key.name), settings);
  }
  template <class S>
  void list(const Key& key, std::vector<S>&) {
    S item{};
    descend(child(child(pointer_, key.name), "0"), item);
  }
  template <class S>
  void table(const Key& key, std::map<std::string, S>&) {
    S item{};
    descend(child(child(pointer_, key.name), "u"), item);
  }

  const std::vector<Place>& places() const { return places_; }

 private:
  void add(const Key& key, Place::Kind kind) {
    places_.push_back({kind, child(pointer_, key.name)});
  }
  template <class S>
  void descend(const std::string& pointer, S& settings) {
    StringPlaces below(pointer);
    declare(below, settings);
    places_.insert(places_.end(), below.places_.begin(), below.places_.end());
  }

  std::string pointer_;
  std::vector<Place> places_;
};

std::vector<Place> places_of_a_study() {
  Study study;
  StringPlaces places;
  declare(places, study);
  return places.places();
}

const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> texts = {"a; touch owned",
                                                 "$(touch owned)",
                                                 "`touch owned`",
                                                 "two words",
                                                 "a\nb",
                                                 "\n#SBATCH --uid=0",
                                                 "Größe 東京",
                                                 "-rf",
                                                 "--wrap=id",
                                                 "it's",
                                                 "say \"hi\"",
                                                 "a\\b",
                                                 "$HOME",
                                                 "*",
                                                 "%j",
                                                 "a && b | c > d",
                                                 "\x1b[2J",
                                                 "../../etc/passwd",
                                                 "x\ty",
                                                 ""};
  return texts;
}

Json base() {
  return Json::parse(R"({
    "name": "toy",
    "simulation": {"count": 2, "steps": 3, "fields": [{"name": "u", "shape": [4]}], "command": ["/solver"]},
    "parameters": [{"name": "a", "bounds": [0, 1]}],
    "sampling": {"design": "list", "file": "/list.csv"},
    "buffer": {"kind": "fifo", "capacity": 20, "watermark": 0},
    "training": {"normalisation": {"kind": "given", "fields": {"u": {"mean": 0, "deviation": 1}}}},
    "server": {"transport": {"kind": "tcp", "interface": "lo"}},
    "launcher": {"scheduler": "slurm"}})");
}

Json study_with(const Place& place, const std::string& text) {
  Json study = base();
  const bool map = place.kind == Place::Kind::value || place.kind == Place::Kind::key;
  Json& at = study[Json::json_pointer(place.pointer)];
  if (place.kind == Place::Kind::list)
    at = Json::array({text});
  else if (place.kind == Place::Kind::program)
    at = Json::array({"/solver", text});
  else if (map)
    at = Json{{place.kind == Place::Kind::key ? text : "NAME", text}};
  else
    at = text;
  // An interface needs tcp; a file of parameters the design that reads it.
  if (place.pointer == "/training/dataset") study["training"]["source"] = "dataset";
  return study;
}

std::size_t holders(const std::vector<std::string>& command, const std::string& text) {
  std::size_t count = 0;
  for (const auto& argument : command)
    count += argument.size() >= text.size() && argument.find(text) != std::string::npos;
  return count;
}

/// What would be started and submitted for a study.
struct Started {
  explicit Started(const Study& study)
      : directory{folder.path() / "D"},
        server(server_job(study, directory, "/weir-server", {})),
        simulation(simulation_job(study, directory, /*sim=*/1, /*attempt=*/0, {0.5})) {}

  test::TemporaryFolder folder;
  StudyDirectory directory;
  JobRequest server, simulation;
};

std::vector<std::string> submission(const Started& started, const JobRequest& request,
                                    const JobResources& resources) {
  return sbatch_command({.name = request.name,
                         .comment = "weir:study",
                         .role = request.role,
                         .ranks = request.ranks,
                         .tasks = 0,
                         .output = "/out",
                         .directory = request.directory,
                         .warning = 0,
                         .script = {batch_script_path(started.directory)}},
                        resources);
}

class HostileNamesTest : public testing::Test {
 protected:
  static Study parse(const Json& json) { return parse_study(json.dump(), "/studies"); }

  /// The value came through, and reaches what it is meant for alone.
  static void expect_unharmed(const Place& place, const std::string& text, const Study& study) {
    const auto again = write_study(parse_study(write_study(study), "/elsewhere"));
    EXPECT_EQ(again, write_study(study));
    const Started started(study);
    if (place.pointer.starts_with("/simulation/")) expect_in_job_file(started);
    expect_in_argument(place, text, started);
    expect_one_argument(place, text, started, study);
    expect_not_in_scripts(place, text, study);
  }

  static void expect_in_job_file(const Started& started) {
    auto& files = posix_file_system();
    const auto path = job_file_path(started.directory, started.simulation.name);
    write_job_file(files, path, started.simulation);
    const auto read = read_job_file(files, path);
    EXPECT_EQ(read.command, started.simulation.command);
    EXPECT_EQ(read.environment, started.simulation.environment);
    EXPECT_EQ(read.log, started.simulation.log);
  }

  static void expect_in_argument(const Place& place, const std::string& text,
                                 const Started& started) {
    if (place.pointer == "/simulation/command") {
      EXPECT_EQ(started.simulation.command, (std::vector<std::string>{"/solver", text}));
    }
    if (place.pointer == "/simulation/environment" && place.kind == Place::Kind::value) {
      EXPECT_EQ(started.simulation.environment.at("NAME"), text);
    }
  }

  /// A batch system sees it in one argument, or not at all; never as an option of its own, but for
  /// those that the user adds.
  static void expect_one_argument(const Place& place, const std::string& text,
                                  const Started& started, const Study& study) {
    if (text.empty()) return;
    const auto server = submission(started, started.server, study.launcher.server);
    const auto client = submission(started, started.simulation, study.launcher.clients);
    const bool expected = place.pointer.starts_with("/launcher/");
    EXPECT_LE(holders(server, text) + holders(client, text), expected ? 1u : 0u);
    if (place.pointer.ends_with("/options")) return;
    for (const auto& command : {server, client})
      for (const auto& argument : command) EXPECT_NE(argument, text);
  }

  /// Set-up lines are the one shell text; a module is one quoted word of it.
  static void expect_not_in_scripts(const Place& place, const std::string& text,
                                    const Study& study) {
    if (text.empty() || place.pointer.ends_with("/setup")) return;
    const auto scripts = batch_script_text() + setup_text(study.launcher.server) +
                         setup_text(study.launcher.clients);
    if (place.pointer.ends_with("/modules")) {
      if (text.find('\'') != std::string::npos) return;
      EXPECT_THAT(scripts, HasSubstr("module load '" + text + "' ||"));
    } else if (text.size() > 2) {
      EXPECT_THAT(scripts, Not(HasSubstr(text)));
    }
  }

  /// Whether it was refused; then the message names the place.
  static bool try_one(const Place& place, const std::string& text) {
    try {
      expect_unharmed(place, text, parse(study_with(place, text)));
      return false;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), static_cast<int>(ErrorKind::input)) << error.what();
      EXPECT_THAT(error.what(), HasSubstr(place.pointer));
      return true;
    }
  }
};

TEST_F(HostileNamesTest, EveryStringOfAStudyIsRefusedOrGoesThroughUnharmed) {
  const auto places = places_of_a_study();
  std::size_t refused = 0, passed = 0;
  for (const auto& place : places)
    for (const auto& text : hostile_texts()) {
      SCOPED_TRACE(place.pointer + " = " + testing::PrintToString(text));
      try_one(place, text) ? ++refused : ++passed;
    }
  EXPECT_GT(places.size(), 40u);
  EXPECT_GT(refused, 300u);
  EXPECT_GT(passed, 100u);
}

TEST_F(HostileNamesTest, NoStringHoldsANul) {
  for (const auto& place : places_of_a_study()) {
    SCOPED_TRACE(place.pointer);
    EXPECT_TRUE(try_one(place, std::string("a\0b", 3)));
  }
}

TEST_F(HostileNamesTest, NamesThatReachABatchSystemAreOfHarmlessLettersOnly) {
  for (const auto& text : hostile_texts()) {
    SCOPED_TRACE(testing::PrintToString(text));
    EXPECT_TRUE(try_one({Place::Kind::text, "/name"}, text));
    EXPECT_TRUE(try_one({Place::Kind::text, "/simulation/fields/0/name"}, text));
    EXPECT_TRUE(try_one({Place::Kind::text, "/parameters/0/name"}, text));
    EXPECT_TRUE(try_one({Place::Kind::key, "/simulation/environment"}, text));
  }
}

TEST_F(HostileNamesTest, ValuesOfOptionsCannotBecomeOptions) {
  for (const std::string key :
       {"partition", "account", "qos", "reservation", "constraint", "accelerators", "mpi"})
    for (const std::string text : {"-rf", "--wrap=id", "a\nb", "Größe 東京", "\x1b[2J"}) {
      SCOPED_TRACE(key);
      EXPECT_TRUE(try_one({Place::Kind::text, "/launcher/clients/" + key}, text)) << text;
    }
}

TEST_F(HostileNamesTest, PlaceholdersInsideHostileTextAreFilledAndNothingElse) {
  Json json = base();
  json["simulation"]["command"] = {"/solver", "; rm {sim} $(echo {a}) `{attempt}` {not one} $HOME"};
  const Started started(parse(json));
  EXPECT_EQ(started.simulation.command[1], "; rm 1 $(echo 0.5) `0` {not one} $HOME");
}

}  // namespace
}  // namespace weir
