// Libraries that are plug-ins, and those that are none: one clear error each.

#include "server/plugin/load.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/plugin/lookup.h"
#include "src/core/error.h"
#include "tests/support/temporary_folder.h"
#include "weir/server/strategy.h"

namespace weir {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// WEIR_PLUGINS is the folder that the test's libraries are built into.
std::string library(const std::string& name) {
  return std::string(WEIR_PLUGINS) + "/libweir_test_" + name + ".so";
}

std::string refusal_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
    return error.what();
  }
  return "none";
}

std::string refusal(const std::string& file) {
  Registry registry;
  return refusal_of([&] { load_plugins({file}, registry); });
}

TEST(PlugIn, IsAskedWhatItBrings) {
  Registry registry;
  load_plugins({library("good")}, registry);
  EXPECT_EQ(registry.strategies().size(), 3U);
  EXPECT_TRUE(registry.models().empty());
  const std::string name = "centre";
  const auto strategy = make_registered({"sampling strategy", "/sampling/adaptive/name", name},
                                        registry.strategies(), {});
  const auto points = strategy->draw({.dimensions = 2, .count = 3, .seen = {}, .seed = 1});
  EXPECT_EQ(points, (std::vector<std::vector<double>>(3, {0.5, 0.5})));
}

TEST(PlugIn, ThatIsNotThereIsNamed) {
  EXPECT_THAT(refusal("/nowhere/libmine.so"),
              AllOf(HasSubstr("/nowhere/libmine.so is not there"), HasSubstr("/server/plugins")));
}

TEST(PlugIn, ThatIsNoLibraryIsRefusedInTheLoadersWords) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "libtext.so") << std::string(5000, 'x');
  EXPECT_THAT(refusal(folder / "libtext.so"),
              AllOf(HasSubstr("libtext.so cannot be loaded"), HasSubstr("ELF")));
}

TEST(PlugIn, ThatLacksAFunctionIsRefusedWhenItIsLoaded) {
  EXPECT_THAT(refusal(library("unresolved")),
              AllOf(HasSubstr("cannot be loaded"), HasSubstr("function_that_nobody_has")));
}

TEST(PlugIn, WithoutTheSymbolIsRefused) {
  EXPECT_THAT(refusal(library("no_plugin")),
              AllOf(HasSubstr("has no symbol weir_plugin_version"), HasSubstr("WEIR_PLUGIN")));
}

TEST(PlugIn, OfAnotherVersionIsRefusedWithBothVersionsAndNotRun) {
  EXPECT_THAT(refusal(library("other_version")),
              AllOf(HasSubstr("weir 9.9.9 (plug-ins of version 99) and LibTorch 7.8.9"),
                    HasSubstr("this server is weir 0."), HasSubstr("build it again")));
}

TEST(PlugIn, ThatThrowsIsRefusedInItsOwnWords) {
  EXPECT_THAT(refusal(library("throwing")), HasSubstr("failed: plug-in today"));
  EXPECT_THAT(refusal(library("throwing_anything")), HasSubstr("what is no std::exception"));
}

TEST(PlugIn, WhoseNameIsTakenIsRefused) {
  EXPECT_THAT(refusal(library("twice")),
              HasSubstr("a sampling strategy \"centre\" is registered already"));
  Registry registry;
  EXPECT_THAT(refusal_of([&] {
                load_plugins({library("good"), library("good")}, registry);
              }),
              HasSubstr("is registered already"));
}

class Lookup : public testing::Test {
 protected:
  std::string refusal(const std::string& name, const Registry& registry) {
    return refusal_of([&] {
      make_registered({"sampling strategy", "/sampling/adaptive/name", name}, registry.strategies(),
                      {});
    });
  }
  Registry registry_;
};

TEST_F(Lookup, OfAMisspeltNameSaysWhatWasMeant) {
  load_plugins({library("good")}, registry_);
  EXPECT_THAT(refusal("center", registry_),
              AllOf(HasSubstr("/sampling/adaptive/name: is \"center\""),
                    HasSubstr("did you mean \"centre\"?"),
                    HasSubstr(R"("centre", "choosy" or "nothing")")));
}

TEST_F(Lookup, WithoutPlugInsSaysWhereTheyAreNamed) {
  EXPECT_THAT(refusal("centre", registry_),
              AllOf(HasSubstr("no plug-in brings a sampling strategy"),
                    HasSubstr("/server/plugins"), HasSubstr("--plugin")));
}

TEST_F(Lookup, OfWhatCannotBeMadeSaysWhy) {
  load_plugins({library("good")}, registry_);
  EXPECT_THAT(refusal("choosy", registry_),
              HasSubstr("making the sampling strategy \"choosy\" failed: takes three parameters"));
  EXPECT_THAT(refusal("nothing", registry_), HasSubstr("returned null"));
}

TEST(RegistryTest, TakesNoEmptyNameAndNoEmptyFactory) {
  Registry registry;
  EXPECT_THROW(registry.add_model("", {}), std::invalid_argument);
  EXPECT_THROW(registry.add_loss("mine", {}), std::invalid_argument);
}

}  // namespace
}  // namespace weir
